// An icon of VS Code's own set; the text beside it says what it means.
import { html, type TemplateResult } from 'lit-html';

export function icon(name: string, slot?: string): TemplateResult {
  return slot === undefined
    ? html`<span class="codicon codicon-${name}" aria-hidden="true"></span>`
    : html`<span class="codicon codicon-${name}" slot=${slot} aria-hidden="true"></span>`;
}
