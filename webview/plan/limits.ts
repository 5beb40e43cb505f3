// What holds for every plan by a measure: how narrow a layer may get, what is compared with what.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { RecipeFile } from '../../src/protocol/recipe-file';
import type { Actions } from '../actions';
import { checkbox } from '../parts/checkbox';
import { numberField } from '../parts/number-field';
import { boundsOf, pruneFields, pruneOf, withPrune } from './settings';

export function limits(recipe: RecipeFile, actions: Actions): TemplateResult {
  const { method, minimumWidth, multiple, isomorphic, approximate } = pruneOf(recipe);
  const option = (name: 'isomorphic' | 'approximate', checked: boolean, text: string): TemplateResult =>
    checkbox({
      text,
      checked,
      hint: pruneFields[name].description,
      change: (value) => actions.plan((old) => withPrune(old, { [name]: value })),
    });
  return html`<div class="fields">
      ${numberField({
        label: 'Narrowest layer',
        unit: 'channels',
        value: minimumWidth,
        bounds: boundsOf(pruneFields.minimumWidth),
        change: (value) => actions.plan((old) => withPrune(old, { minimumWidth: value })),
      })}
      ${numberField({
        label: 'Widths are multiples of',
        value: multiple,
        bounds: boundsOf(pruneFields.multiple),
        change: (value) => actions.plan((old) => withPrune(old, { multiple: value })),
      })}
    </div>
    <div class="checkboxes">
      ${method === 'ratio' ? nothing : option('isomorphic', isomorphic, 'Compare only layers of the same structure')}
      ${option('approximate', approximate, 'Also cut what something is normalised over (not exact)')}
    </div>`;
}
