// A text field of the toolkit that holds a number within bounds.
import { html, nothing, type TemplateResult } from 'lit-html';
import { type Bounds, parseNumber } from './number-field-text';

export interface NumberField {
  readonly label: string;
  readonly value: number;
  readonly unit?: string;
  readonly hint?: string;
  readonly bounds: Bounds;
  /** The visible label stands elsewhere, as in a table's head. */
  readonly bare?: boolean;
  readonly disabled?: boolean;
  change(value: number): void;
}

export function numberField(field: NumberField): TemplateResult {
  const { label, value, unit, hint, bounds, bare, disabled, change } = field;
  const onChange = (event: Event): void => {
    const control = event.target as HTMLElement & { value: string };
    const parsed = parseNumber(control.value, bounds);
    if (typeof parsed === 'string') {
      control.setAttribute('title', parsed);
      control.setAttribute('aria-invalid', 'true');
      return;
    }
    control.removeAttribute('title');
    control.removeAttribute('aria-invalid');
    if (parsed !== value) change(parsed);
  };
  // Once it is on the page, the toolkit's field is called what its content says.
  const name = bare !== true || unit === undefined ? label : `${label}, ${unit}`;
  return html`<div class=${bare === true ? 'field bare' : 'field'}>
    <span class="with-unit"
      ><vscode-text-field
        aria-label=${name}
        ?disabled=${disabled === true}
        @change=${onChange}
        .value=${String(value)}
        >${name}</vscode-text-field
      >${unit === undefined ? nothing : html`<span class="unit" aria-hidden="true">${unit}</span>`}</span
    >
    ${hint === undefined ? nothing : html`<p class="hint">${hint}</p>`}
  </div>`;
}
