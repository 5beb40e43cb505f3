// A titled group of a form.
import { html, type TemplateResult } from 'lit-html';

export function section(title: string, content: unknown): TemplateResult {
  return html`<fieldset class="section">
    <legend>${title}</legend>
    ${content}
  </fieldset>`;
}
