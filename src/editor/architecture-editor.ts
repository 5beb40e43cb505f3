// The read-only editor of a model's architecture: how .h5, .keras and .onnx files open, and any model on request.
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../errors';
import type { FromArchitecture, ToArchitecture } from '../protocol/architecture';
import { saveDiagram } from './commands/result';
import type { OpenModel } from './open-model';
import { pageOf } from './page';
import { partsFor } from './page-parts';
import type { Services } from './services';

/** Of files that no text editor shows. */
const BINARY_EDITOR = 'neuronPruner.architecture';
/** Of a model.json, which opens as text unless a person asks. */
const JSON_EDITOR = 'neuronPruner.modelArchitecture';

const shown = new Map<string, ArchitectureView>();
/** The layer that a view which is not there yet is to show once it is. */
const wanted = new Map<string, string>();

export function registerArchitecture(services: Services): void {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor({ uri }, panel) {
      const view = new ArchitectureView(services, services.models.at(uri.fsPath), panel);
      shown.set(uri.fsPath, view);
      panel.onDidDispose(() => {
        if (shown.get(uri.fsPath) === view) shown.delete(uri.fsPath);
      });
    },
  };
  const options = { webviewOptions: { retainContextWhenHidden: true }, supportsMultipleEditorsPerDocument: false };
  for (const type of [BINARY_EDITOR, JSON_EDITOR]) {
    services.context.subscriptions.push(vscode.window.registerCustomEditorProvider(type, provider, options));
  }
}

/** Opens a model's architecture, at a layer where one is named. */
export async function showArchitecture(path: string, layer?: string): Promise<void> {
  const view = shown.get(path);
  if (layer !== undefined && view === undefined) wanted.set(path, layer);
  const type = path.endsWith('.json') ? JSON_EDITOR : BINARY_EDITOR;
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(path), type);
  if (layer !== undefined) view?.send({ type: 'reveal', layer });
}

/** One open editor. */
class ArchitectureView {
  constructor(
    services: Services,
    private readonly model: OpenModel,
    private readonly panel: vscode.WebviewPanel,
  ) {
    const root = vscode.Uri.joinPath(services.context.extensionUri, 'dist', 'webview');
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [root] };
    webview.html = pageOf({ name: 'architecture', title: 'Architecture' }, partsFor(webview, root));
    // Also of a file outside the workspace, which nobody else watches.
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(dirname(model.path)), '*'),
    );
    const look = ({ fsPath }: vscode.Uri): void => {
      if (fsPath !== model.path) return;
      model.forget();
      void this.#show();
    };
    const changed = vscode.Disposable.from(
      watcher.onDidChange(look),
      watcher.onDidCreate(look),
      watcher.onDidDelete(look),
    );
    const received = webview.onDidReceiveMessage((message: FromArchitecture) => this.#receive(message));
    panel.onDidDispose(() => vscode.Disposable.from(watcher, changed, received).dispose());
  }

  send(message: ToArchitecture): void {
    void this.panel.webview.postMessage(message);
  }

  async #receive(message: FromArchitecture): Promise<void> {
    switch (message.type) {
      case 'ready': {
        await this.#show();
        const layer = wanted.get(this.model.path);
        wanted.delete(this.model.path);
        if (layer !== undefined) this.send({ type: 'reveal', layer });
        return;
      }
      case 'run': {
        const uri = vscode.Uri.file(this.model.path);
        await vscode.commands.executeCommand(`neuronPruner.${message.command}`, uri, message.layer);
        return;
      }
      case 'diagram':
        await saveDiagram(this.model, message.format, message.content);
    }
  }

  async #show(): Promise<void> {
    const { title } = this.model;
    try {
      this.send({ type: 'model', title, inspection: await this.model.inspection() });
    } catch (error) {
      this.send({ type: 'unreadable', title, message: messageOf(error) });
    }
  }
}
