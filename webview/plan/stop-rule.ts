// The stop rule in the form of the Plan view.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { RecipeFile } from '../../src/protocol/recipe-file';
import type { Actions } from '../actions';
import { choice } from '../parts/choice';
import { numberField } from '../parts/number-field';
import { type SizeFigure, type Until, untilOf, withUntil } from './until';

/** Where a rule on size starts when it is chosen. */
const USUAL: Until = { rule: 'size', figure: 'parameters', limit: 20, unit: '%' };

export function stopRule(recipe: RecipeFile, actions: Actions): TemplateResult {
  const until = untilOf(recipe);
  const change = (next: Until): void => actions.plan((old) => withUntil(old, next));
  return html`<div class="fields stop-rule">
    ${choice<Until['rule']>({
      label: 'Stop',
      value: until.rule,
      options: [
        { value: 'never', text: 'When every iteration is done' },
        { value: 'significant', text: 'Before accuracy is significantly lost' },
        { value: 'size', text: 'Once it is small enough' },
      ],
      choose: (rule) => change(rule === 'size' ? USUAL : { rule }),
    })}
    ${until.rule === 'size' ? sizeFields(until, change) : nothing}
  </div>`;
}

function sizeFields(until: Extract<Until, { rule: 'size' }>, change: (next: Until) => void): TemplateResult {
  return html`${choice<SizeFigure>({
    label: 'Figure',
    value: until.figure,
    options: [
      { value: 'parameters', text: 'Parameters' },
      { value: 'macs', text: 'Multiply-accumulates' },
      { value: 'bytes', text: 'Bytes' },
    ],
    choose: (figure) => change({ ...until, figure }),
  })}${numberField({
    label: 'At most',
    ...(until.unit === '%' && { unit: '% of the original' }),
    value: until.limit,
    bounds: { exclusiveMinimum: 0, ...(until.unit === '%' && { maximum: 100 }) },
    change: (limit) => change({ ...until, limit }),
  })}`;
}
