// The Sessions tree: running and finished sessions, each iteration with its figures.
import * as vscode from 'vscode';
import type { SessionState } from '../../protocol/session-state';
import type { Sessions } from '../sessions';
import { IterationItem, SessionItem } from './session-item';

/** Milliseconds between two drawings of a running session. */
const REFRESH_INTERVAL = 500;

export class SessionsTree implements vscode.TreeDataProvider<SessionItem | IterationItem> {
  readonly #changed = new vscode.EventEmitter<SessionItem | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  /** What is shown, by folder. A row that is drawn anew forgets what a click on it means, so the others stay as they are. */
  readonly #items = new Map<string, SessionItem>();
  readonly #waiting = new Map<string, SessionState>();

  constructor(private readonly sessions: Sessions) {
    sessions.onList(() => this.#changed.fire(undefined));
    sessions.onChange((session) => this.#refreshSoon(session));
  }

  #refreshSoon(session: SessionState): void {
    const waits = this.#waiting.size > 0;
    this.#waiting.set(session.folder, session);
    if (!waits) setTimeout(() => this.#refresh(), REFRESH_INTERVAL);
  }

  #refresh(): void {
    for (const [folder, session] of this.#waiting) {
      const item = this.#items.get(folder);
      item?.show(session);
      this.#changed.fire(item);
    }
    this.#waiting.clear();
  }

  getTreeItem(item: SessionItem | IterationItem): vscode.TreeItem {
    return item;
  }

  async getChildren(item?: SessionItem | IterationItem): Promise<(SessionItem | IterationItem)[]> {
    if (item instanceof IterationItem) return [];
    if (item !== undefined) return item.session.iterations.map((record) => new IterationItem(item.session, record));
    const sessions = await this.sessions.list();
    this.#items.clear();
    for (const session of sessions) this.#items.set(session.folder, new SessionItem(session));
    return [...this.#items.values()];
  }
}
