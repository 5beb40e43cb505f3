// The panels: one webview a model, brought back when a window is reloaded.
import * as vscode from 'vscode';
import type { FromPanel, PanelState, Tab, ToPanel } from '../protocol/panel';
import type { OpenModel } from './open-model';
import { partsFor } from './page-parts';
import { PanelConversation } from './panel-conversation';
import { panelPage } from './panel-page';
import type { Services } from './services';

export const PANEL_TYPE = 'neuronPruner.panel';

const panels = new Map<string, Panel>();

/** What a page asks for is answered elsewhere, by what may open panels itself. */
export type PanelRequest = Exclude<FromPanel, { type: 'ready' }>;
type Answer = (
  services: Services,
  model: OpenModel,
  conversation: PanelConversation,
  request: PanelRequest,
) => Promise<void>;
let answer: Answer = () => Promise.reject(new Error('panels are not registered'));

/** Opens the model's panel, or brings it to the front. */
export function showPanel(services: Services, model: OpenModel, tab: Tab, layer?: string, then?: ToPanel): void {
  const options = { enableScripts: true, retainContextWhenHidden: true };
  const panel =
    panels.get(model.path) ??
    new Panel(
      services,
      model,
      vscode.window.createWebviewPanel(PANEL_TYPE, model.title, vscode.ViewColumn.Active, options),
    );
  panel.show(tab, layer);
  if (then) panel.send(then);
}

/** Brings panels back that were open when the window was closed or reloaded. */
export function registerPanels(services: Services, answering: Answer): void {
  answer = answering;
  const serializer = {
    async deserializeWebviewPanel(webview: vscode.WebviewPanel, state: Partial<PanelState> | undefined): Promise<void> {
      // What a page kept of another version may be anything.
      if (typeof state?.model !== 'string' || panels.has(state.model)) webview.dispose();
      else new Panel(services, services.models.at(state.model), webview);
    },
  };
  services.context.subscriptions.push(vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, serializer));
}

class Panel {
  readonly #conversation: PanelConversation;
  readonly #disposables: vscode.Disposable[];
  /** What to send once the page is there. */
  #waiting: ToPanel[] | undefined = [];

  constructor(
    services: Services,
    model: OpenModel,
    private readonly panel: vscode.WebviewPanel,
  ) {
    panels.set(model.path, this);
    const { webview } = panel;
    const root = vscode.Uri.joinPath(services.context.extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [root] };
    panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'icon.svg');
    this.#conversation = new PanelConversation(services, model, (message) => this.send(message));
    this.#disposables = [
      this.#conversation,
      webview.onDidReceiveMessage((message: FromPanel) => {
        if (message.type === 'ready') this.#ready();
        else void answer(services, model, this.#conversation, message);
      }),
      panel.onDidChangeViewState(() => {
        if (panel.active) services.active.show(model);
      }),
      panel.onDidDispose(() => {
        panels.delete(model.path);
        for (const disposable of this.#disposables) disposable.dispose();
      }),
    ];
    webview.html = panelPage(partsFor(webview, root));
  }

  show(tab: Tab, layer: string | undefined): void {
    this.panel.reveal();
    this.send({ type: 'show', tab, ...(layer !== undefined && { layer }) });
  }

  send(message: ToPanel): void {
    if (this.#waiting) this.#waiting.push(message);
    else void this.panel.webview.postMessage(message);
  }

  /** The page is there, for the first time or anew: it knows nothing. */
  async #ready(): Promise<void> {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    await this.#conversation.tellEverything();
    for (const message of waiting) this.send(message);
  }
}
