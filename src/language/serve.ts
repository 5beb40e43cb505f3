// Answers the editor's questions about model.json files and recipes over the Language Server Protocol.
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import {
  CodeActionKind,
  CodeLensRefreshRequest,
  type Connection,
  type InitializeResult,
  type TextDocumentPositionParams,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { messageOf } from '../errors';
import { look, measured } from '../protocol/language';
import { diagnosticsOf } from './diagnostics';
import { Documents } from './documents';
import { shardFixes } from './locate-shards';
import { modelHover } from './model-hover';
import { modelLenses } from './model-lenses';
import { modelFolding, modelSymbols } from './model-symbols';
import { layerCompletions, layerListAt } from './recipe-completion';
import { recipeHover } from './recipe-hover';
import { recipeDefinition, recipeLinks } from './recipe-links';
import { type NamedModel, RecipeModels } from './recipe-model';
import { MeasuredModels } from './relevance';
import { warmUp } from './warm-up';

/** A person types on for so long; then what they typed is judged. */
const PAUSE_MS = 200;

/** Serves until the connection closes. */
export function serve(connection: Connection): void {
  const open = new TextDocuments(TextDocument);
  const documents = new Documents();
  const relevance = new MeasuredModels();
  const models = new RecipeModels((uri) => open.get(uri)?.getText());
  const judging = new Map<string, NodeJS.Timeout>();
  let refreshable = false;

  connection.onInitialize(({ capabilities }): InitializeResult => {
    refreshable = capabilities.workspace?.codeLens?.refreshSupport === true;
    return { capabilities: CAPABILITIES, serverInfo: { name: 'Neuron Pruner' } };
  });

  connection.onInitialized(() => warmUp(() => open.keys().length === 0));

  connection.onCodeLens(({ textDocument }) => {
    const document = open.get(textDocument.uri);
    const analysis = document && documents.model(document);
    return document && analysis ? modelLenses(document, analysis, relevance) : [];
  });
  connection.onHover(({ textDocument, position }) => {
    const document = open.get(textDocument.uri);
    const known = document && documents.know(document);
    if (!document || !known) return undefined;
    const offset = document.offsetAt(position);
    return known.kind === 'model'
      ? modelHover(document, known.analysis, offset)
      : recipeHover(document, known.places, offset);
  });
  connection.onDocumentSymbol(({ textDocument }) => {
    const document = open.get(textDocument.uri);
    const analysis = document && documents.model(document);
    return document && analysis ? modelSymbols(document, analysis) : undefined;
  });
  connection.onFoldingRanges(({ textDocument }) => {
    const document = open.get(textDocument.uri);
    const analysis = document && documents.model(document);
    return document && analysis ? modelFolding(document, analysis) : undefined;
  });
  connection.onCodeAction(({ textDocument, context }) => shardFixes(textDocument.uri, context.diagnostics));
  connection.onCompletion(async ({ textDocument, position }) => {
    const document = open.get(textDocument.uri);
    const places = document && documents.recipe(document);
    if (!document || !places) return undefined;
    const offset = document.offsetAt(position);
    const list = layerListAt(document.getText(), offset);
    const model = list && places.model && (await models.open(document.uri, places.model.text));
    return list && model && 'inspection' in model
      ? layerCompletions(document, offset, list, places, model.inspection)
      : undefined;
  });
  connection.onDocumentLinks(async ({ textDocument }) => {
    const document = open.get(textDocument.uri);
    const places = document && documents.recipe(document);
    if (!document || !places) return undefined;
    return recipeLinks(document, places, places.model && (await models.open(document.uri, places.model.text)));
  });
  connection.onDefinition(async ({ textDocument, position }: TextDocumentPositionParams) => {
    const document = open.get(textDocument.uri);
    const places = document && documents.recipe(document);
    const model = places?.model && document && (await models.open(document.uri, places.model.text));
    if (!document || !places || !model) return undefined;
    const link = recipeDefinition(document, places, document.offsetAt(position), model, await textOf(model));
    return link && [link];
  });

  connection.onNotification(measured, (model) => {
    relevance.keep(model);
    if (!refreshable) return;
    connection.sendRequest(CodeLensRefreshRequest.type).catch((error: unknown) => {
      connection.console.warn(`CodeLenses could not be refreshed: ${messageOf(error)}`);
    });
  });
  connection.onNotification(look, () => open.all().forEach(judge));
  connection.onDidChangeWatchedFiles(() => open.all().forEach(judge));

  open.onDidOpen(({ document }) => judge(document));
  open.onDidChangeContent(({ document }) => judgeSoon(document));
  open.onDidSave(({ document }) => judge(document));
  open.onDidClose(({ document: { uri } }) => {
    clearTimeout(judging.get(uri));
    judging.delete(uri);
    documents.forget(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [] });
  });
  connection.onShutdown(() => {
    for (const timer of judging.values()) clearTimeout(timer);
  });
  open.listen(connection);
  connection.listen();

  function judgeSoon(document: TextDocument): void {
    clearTimeout(judging.get(document.uri));
    judging.set(
      document.uri,
      setTimeout(() => judge(document), PAUSE_MS),
    );
  }

  function judge(document: TextDocument): void {
    const { uri, version } = document;
    clearTimeout(judging.get(uri));
    judging.delete(uri);
    const known = documents.know(document);
    if (known === undefined) {
      void connection.sendDiagnostics({ uri, version, diagnostics: [] });
      return;
    }
    diagnosticsOf(document, known, models).then(
      (diagnostics) => {
        // What was typed meanwhile is judged on its own.
        if (open.get(uri)?.version === version) void connection.sendDiagnostics({ uri, version, diagnostics });
      },
      (error: unknown) => connection.console.error(`${uri} could not be checked: ${messageOf(error)}`),
    );
  }

  async function textOf({ path }: NamedModel): Promise<string | undefined> {
    if (!path.endsWith('.json')) return undefined;
    return open.get(pathToFileURL(path).href)?.getText() ?? readFile(path, 'utf8').catch(() => undefined);
  }
}

const CAPABILITIES: InitializeResult['capabilities'] = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  codeLensProvider: {},
  hoverProvider: true,
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  completionProvider: { triggerCharacters: ['"'] },
  documentLinkProvider: {},
  definitionProvider: true,
};
