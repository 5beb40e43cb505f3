// Inspect Relevance and Open Architecture: looking at a model in the panel.
import * as vscode from 'vscode';
import { showArchitecture } from '../architecture-editor';
import type { OpenModel } from '../open-model';
import { showPanel } from '../panel';
import type { Services } from '../services';
import { modelOf, type Target } from './target';

export async function inspectRelevance(services: Services, target: Target, layer?: string): Promise<void> {
  const model = await modelOf(services, target, 'The model whose channels are measured');
  if (model === undefined) return;
  await model.inspection();
  await model.planDefaults();
  services.active.show(model);
  showPanel(services, model, 'relevance', layer);
}

export async function openArchitecture(services: Services, target: Target, layer?: string): Promise<void> {
  const model = await modelOf(services, target, 'The model to look at');
  if (model === undefined) return;
  services.active.show(model);
  await showArchitecture(model.path, layer);
}

/** Brings the running session to the front. */
export async function showRunningSession(services: Services): Promise<void> {
  const [session] = services.sessions.live;
  if (session === undefined) {
    await vscode.window.showInformationMessage('No session is running.');
    return;
  }
  showPanel(services, services.models.at(session.model), 'run');
}

export async function showLayers(services: Services, target: Target): Promise<void> {
  const model = await modelOf(services, target, 'The model whose layers are shown');
  if (model === undefined) return;
  services.active.show(model);
  await vscode.commands.executeCommand('neuronPruner.layers.focus');
}

/** In the model's JSON where that is what is open, else in the panel. */
export async function revealLayer(services: Services, model: OpenModel, layer: string): Promise<void> {
  const uri = vscode.Uri.file(model.path);
  const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.fsPath === uri.fsPath);
  const symbols = editor
    ? await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
        'vscode.executeDocumentSymbolProvider',
        uri,
      )
    : undefined;
  const symbol = symbols && withName(symbols, layer);
  if (editor === undefined || symbol === undefined) {
    showPanel(services, model, 'relevance', layer);
    return;
  }
  await vscode.window.showTextDocument(editor.document, {
    ...(editor.viewColumn !== undefined && { viewColumn: editor.viewColumn }),
    selection: symbol.selectionRange,
  });
}

function withName(symbols: readonly vscode.DocumentSymbol[], name: string): vscode.DocumentSymbol | undefined {
  for (const symbol of symbols) {
    const found = symbol.name === name ? symbol : withName(symbol.children, name);
    if (found) return found;
  }
  return undefined;
}
