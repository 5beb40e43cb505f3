// What a view shows in place of content, or above it: one sentence and what to do about it.
import { html, nothing, type TemplateResult } from 'lit-html';
import { icon } from './icon';

export interface Notice {
  readonly kind: 'empty' | 'loading' | 'problem' | 'untrusted' | 'note';
  readonly text: string | TemplateResult;
  readonly action?: NoticeAction;
}

export interface NoticeAction {
  readonly label: string;
  readonly disabled?: boolean;
  /** The view's main action. */
  readonly primary?: boolean;
  run(): void;
}

const ICONS = {
  empty: 'info',
  loading: 'loading codicon-modifier-spin',
  problem: 'error',
  untrusted: 'workspace-untrusted',
  note: 'info',
} as const;

/** Fills a view that has nothing else to show. */
export function placeholder(notice: Notice): TemplateResult {
  return html`<div class="placeholder ${notice.kind}" role=${notice.kind === 'problem' ? 'alert' : 'status'}>
    ${icon(ICONS[notice.kind])}
    <p>${notice.text}</p>
    ${button(notice.action)}
  </div>`;
}

/** A line above a view's content. */
export function banner(notice: Notice): TemplateResult {
  return html`<div class="banner ${notice.kind}" role=${notice.kind === 'problem' ? 'alert' : 'status'}>
    ${icon(ICONS[notice.kind])}
    <p>${notice.text}</p>
    ${button(notice.action)}
  </div>`;
}

function button(action: NoticeAction | undefined): TemplateResult | typeof nothing {
  if (action === undefined) return nothing;
  return html`<vscode-button
    appearance=${action.primary === true ? 'primary' : 'secondary'}
    ?disabled=${action.disabled === true}
    @click=${() => action.run()}
    >${action.label}</vscode-button
  >`;
}
