// The panel of a model: opens the webview and carries messages between its page and what the editor knows.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { messageOf } from '../errors';
import type { FromPanel, Tab, ToPanel } from '../protocol/panel';
import type { OpenModel } from './open-model';
import type { Services } from './services';

export const PANEL_TYPE = 'neuronPruner.panel';

const panels = new Map<string, Panel>();

/** Opens the model's panel, or brings it to the front. */
export function showPanel(services: Services, model: OpenModel, tab: Tab, layer?: string, then?: ToPanel): void {
  let panel = panels.get(model.path);
  if (panel === undefined) {
    panel = new Panel(services, model);
    panels.set(model.path, panel);
  }
  panel.show(tab, layer);
  if (then) panel.send(then);
}

class Panel {
  readonly #webview: vscode.WebviewPanel;

  constructor(
    private readonly services: Services,
    private readonly model: OpenModel,
  ) {
    const root = vscode.Uri.joinPath(services.context.extensionUri, 'dist', 'webview');
    this.#webview = vscode.window.createWebviewPanel(PANEL_TYPE, model.title, vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [root],
      retainContextWhenHidden: true,
    });
    this.#webview.webview.html = page(this.#webview.webview, root);
    this.#webview.webview.onDidReceiveMessage((message: FromPanel) => this.#receive(message));
    this.#webview.onDidDispose(() => panels.delete(model.path));
  }

  show(tab: Tab, layer: string | undefined): void {
    this.#webview.reveal();
    this.send({ type: 'show', tab, ...(layer !== undefined && { layer }) });
  }

  async #receive(message: FromPanel): Promise<void> {
    if (message.type !== 'ready') return;
    try {
      const inspection = await this.model.inspection();
      this.send({ type: 'model', inspection, engines: await this.services.inquiries.engines() });
      this.send({ type: 'recipe', recipe: this.model.recipe });
    } catch (error) {
      this.send({ type: 'problem', about: 'plan', message: messageOf(error) });
    }
  }

  send(message: ToPanel): void {
    // A page that is not there yet asks for everything when it is ready.
    void this.#webview.webview.postMessage(message);
  }
}

function page(webview: vscode.Webview, root: vscode.Uri): string {
  const nonce = randomBytes(16).toString('hex');
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; font-src ${webview.cspSource}; img-src ${webview.cspSource} data:; script-src 'nonce-${nonce}';">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file('panel.css')}">
<title>Neuron Pruner</title>
</head>
<body>
<main id="panel"></main>
<script nonce="${nonce}" src="${file('panel.js')}"></script>
</body>
</html>`;
}
