// A dropdown of the toolkit, with its label.
import { html, nothing, type TemplateResult } from 'lit-html';
import { keyed } from 'lit-html/directives/keyed.js';

export interface Choice<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly hint?: string;
  /** Shown where the pointer rests on it. */
  readonly title?: string;
  readonly disabled?: boolean;
  choose(value: Value): void;
}

export function choice<Value extends string>(options: Choice<Value>): TemplateResult {
  const { label, value, hint, title, disabled, choose } = options;
  const onChange = (event: Event): void => {
    const chosen = (event.target as HTMLElement & { value: string }).value;
    if (chosen !== value) choose(chosen as Value);
  };
  return html`<div class="field" title=${title ?? nothing}>
    <span class="label" aria-hidden="true">${label}</span>
    ${keyed(
      // A dropdown goes on showing the text that its option had when it was chosen.
      options.options.map(({ text }) => text).join('\n'),
      html`<vscode-dropdown aria-label=${label} ?disabled=${disabled === true} @change=${onChange} .value=${value}
        >${options.options.map(
          (option) =>
            html`<vscode-option value=${option.value} ?selected=${option.value === value}
              >${option.text}</vscode-option
            >`,
        )}</vscode-dropdown
      >`,
    )}
    ${hint === undefined ? nothing : html`<p class="hint">${hint}</p>`}
  </div>`;
}
