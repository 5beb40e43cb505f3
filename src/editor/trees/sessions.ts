// The Sessions tree: running and finished sessions, each iteration with its figures.
import * as vscode from 'vscode';
import type { Sessions } from '../sessions';
import { IterationItem, SessionItem } from './session-item';

/** Milliseconds between two drawings of a running session. */
const REFRESH_INTERVAL = 500;

export class SessionsTree implements vscode.TreeDataProvider<SessionItem | IterationItem> {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  #waiting = false;

  constructor(private readonly sessions: Sessions) {
    sessions.onList(() => this.#changed.fire());
    sessions.onChange(() => this.#refreshSoon());
  }

  #refreshSoon(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      this.#changed.fire();
    }, REFRESH_INTERVAL);
  }

  getTreeItem(item: SessionItem | IterationItem): vscode.TreeItem {
    return item;
  }

  async getChildren(item?: SessionItem | IterationItem): Promise<(SessionItem | IterationItem)[]> {
    if (item === undefined) return (await this.sessions.list()).map((session) => new SessionItem(session));
    if (item instanceof IterationItem) return [];
    return item.session.iterations.map((record) => new IterationItem(item.session, record));
  }
}
