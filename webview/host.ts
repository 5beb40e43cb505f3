// The page's side of the conversation with the extension, and what the page keeps when it is hidden.
import type { FromPanel, ToPanel } from '../src/protocol/panel';

export interface Host {
  send(message: FromPanel): void;
  /** What `keep` was last given, in this or an earlier life of the page. */
  kept(): unknown;
  keep(state: unknown): void;
}

/** What VS Code gives every webview. */
declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

export function connect(onMessage: (message: ToPanel) => void): Host {
  const api = acquireVsCodeApi();
  window.addEventListener('message', ({ data }) => onMessage(data as ToPanel));
  return {
    send: (message) => api.postMessage(message),
    kept: () => api.getState(),
    keep: (state) => api.setState(state),
  };
}
