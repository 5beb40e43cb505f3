// A checkbox of the toolkit, with its text.
import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';

export interface Checkbox {
  readonly text: string;
  readonly checked: boolean;
  readonly hint?: string;
  change(checked: boolean): void;
}

/**
 * The toolkit's controls say "change" also where the page itself sets what they show. The listener stands before that
 * property, so that it is the new one which hears of the new value, and knows it.
 */
export function checkbox({ text, checked, hint, change }: Checkbox): TemplateResult {
  const onChange = (event: Event): void => {
    const { checked: chosen } = event.target as HTMLElement & { checked: boolean };
    if (chosen !== checked) change(chosen);
  };
  return html`<vscode-checkbox
    aria-label=${text}
    title=${hint ?? nothing}
    @change=${onChange}
    .checked=${live(checked)}
    >${text}</vscode-checkbox
  >`;
}
