// The client of the language server, which runs in a process of its own and is told of models and recipes alone.
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  CodeLensRequest,
  LanguageClient,
  type LanguageClientOptions,
  type Middleware,
  type ServerOptions,
  TransportKind,
} from 'vscode-languageclient/node';
import { COMMANDS, look, type MeasuredLayer, measured } from '../protocol/language';
import type { LayerScores } from '../protocol/session';
import { locateShard } from './locate-shard';
import { isModelOrRecipe } from './model-document';
import type { OpenModel } from './open-model';
import type { Services } from './services';

/** Files that what is said of a model or recipe depends on. */
const FILES = '**/*.{json,bin,h5,hdf5,keras,onnx}';

export async function startClient(services: Services): Promise<void> {
  const { context } = services;
  const documents = new Ours();
  const watcher = vscode.workspace.createFileSystemWatcher(FILES);
  const client = new LanguageClient('neuronPruner', 'Neuron Pruner', serverAt(context), {
    documentSelector: [{ language: 'json' }, { language: 'jsonc' }],
    synchronize: { fileEvents: watcher },
    middleware: documents.middleware,
  } satisfies LanguageClientOptions);
  context.subscriptions.push(
    client,
    watcher,
    vscode.commands.registerCommand(COMMANDS.locateShard, async (uri: string, shard: string, range: vscode.Range) => {
      if (await locateShard(vscode.Uri.parse(uri), shard, range)) await client.sendNotification(look);
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('neuronPruner.codeLens')) refreshLenses(client);
    }),
  );
  await client.start();
  context.subscriptions.push(tellMeasurements(client, services));
}

function serverAt(context: vscode.ExtensionContext): ServerOptions {
  const module = join(context.extensionUri.fsPath, 'dist', 'server.cjs');
  // Short-lived trees of large files: a larger nursery spares most of the garbage collector's work.
  return { module, transport: TransportKind.ipc, options: { execArgv: ['--max-semi-space-size=64'] } };
}

/** The documents the server is told of, and so asked about. */
class Ours {
  readonly #uris = new Set<string>();

  #has({ uri }: vscode.TextDocument): boolean {
    return this.#uris.has(uri.toString());
  }

  readonly middleware: Middleware = {
    didOpen: async (document, next) => {
      if (!isModelOrRecipe(document)) return;
      this.#uris.add(document.uri.toString());
      await next(document);
    },
    didChange: async (event, next) => {
      if (this.#has(event.document)) await next(event);
    },
    didSave: async (document, next) => {
      if (this.#has(document)) await next(document);
    },
    didClose: async (document, next) => {
      if (this.#uris.delete(document.uri.toString())) await next(document);
    },
    provideCodeLenses: (document, token, next) =>
      this.#has(document) && wantsLenses(document) ? next(document, token) : [],
    provideHover: (document, position, token, next) =>
      this.#has(document) ? next(document, position, token) : undefined,
    provideDocumentSymbols: (document, token, next) => (this.#has(document) ? next(document, token) : undefined),
    provideFoldingRanges: (document, options, token, next) =>
      this.#has(document) ? next(document, options, token) : undefined,
    provideCodeActions: (document, range, options, token, next) =>
      this.#has(document) ? next(document, range, options, token) : undefined,
    provideCompletionItem: (document, position, options, token, next) =>
      this.#has(document) ? next(document, position, options, token) : undefined,
    provideDocumentLinks: (document, token, next) => (this.#has(document) ? next(document, token) : undefined),
    provideDefinition: (document, position, token, next) =>
      this.#has(document) ? next(document, position, token) : undefined,
  };
}

function wantsLenses({ uri }: vscode.TextDocument): boolean {
  return vscode.workspace.getConfiguration('neuronPruner', uri).get('codeLens', true);
}

function refreshLenses(client: LanguageClient): void {
  for (const document of vscode.workspace.textDocuments) {
    client.getFeature(CodeLensRequest.method).getProvider(document)?.onDidChangeCodeLensEmitter.fire();
  }
}

/** Tells the server whenever the channels of a model that stands in an editor are measured. */
function tellMeasurements(client: LanguageClient, { models }: Services): vscode.Disposable {
  const followed = new Map<string, vscode.Disposable>();
  const tell = async (uri: string, model: OpenModel): Promise<void> => {
    const { measure = '', layers = [] } = model.relevance ?? {};
    await client.sendNotification(measured, { uri, measure, layers: layers.map(spreadOf) });
  };
  const follow = async (document: vscode.TextDocument): Promise<void> => {
    const uri = document.uri.toString();
    if (followed.has(uri) || !isModelOrRecipe(document) || document.fileName.endsWith('.prune.json')) return;
    const model = models.at(document.uri.fsPath);
    let told = model.relevance;
    const changed = model.onChange(async () => {
      if (model.relevance === told) return;
      told = model.relevance;
      await tell(uri, model);
    });
    followed.set(uri, changed);
    if (told !== undefined) await tell(uri, model);
  };
  for (const document of vscode.workspace.textDocuments) void follow(document);
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(follow),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      followed.get(uri.toString())?.dispose();
      followed.delete(uri.toString());
    }),
    { dispose: () => followed.forEach((changed) => void changed.dispose()) },
  );
}

function spreadOf({ layer, scores }: LayerScores): MeasuredLayer {
  const ordered = [...scores].sort((a, b) => a - b);
  const [least = 0, median = 0, most = 0] = [0, 0.5, 1].map(
    (share) => ordered[Math.floor(share * (ordered.length - 1))],
  );
  return { name: layer, least, median, most };
}
