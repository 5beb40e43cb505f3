// An editor for the language server, in the same process: opens and changes documents over the protocol and asks.
import { PassThrough } from 'node:stream';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import {
  CodeLensRefreshRequest,
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  InitializedNotification,
  InitializeRequest,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { serve } from '../../src/language/serve';

export class Editor {
  readonly connection: ProtocolConnection;
  /** How often the server asked for CodeLenses to be shown anew. */
  refreshes = 0;
  readonly #documents = new Map<string, TextDocument>();
  readonly #diagnostics = new Map<string, { version: number | undefined; found: Diagnostic[] }>();
  #judged: (() => void)[] = [];
  /** No two states of a document have the same, closed and opened again or not. */
  #version = 0;

  private constructor() {
    const [toServer, toEditor] = [new PassThrough(), new PassThrough()];
    serve(createConnection(ProposedFeatures.all, new StreamMessageReader(toServer), new StreamMessageWriter(toEditor)));
    this.connection = createProtocolConnection(new StreamMessageReader(toEditor), new StreamMessageWriter(toServer));
    this.connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, version, diagnostics }) => {
      this.#diagnostics.set(uri, { version, found: diagnostics });
      for (const tell of this.#judged.splice(0)) tell();
    });
    this.connection.onRequest(CodeLensRefreshRequest.type, () => {
      this.refreshes++;
    });
    this.connection.listen();
  }

  static async start(): Promise<Editor> {
    const editor = new Editor();
    await editor.connection.sendRequest(InitializeRequest.type, {
      processId: null,
      rootUri: null,
      capabilities: { workspace: { codeLens: { refreshSupport: true } } },
    });
    await editor.connection.sendNotification(InitializedNotification.type, {});
    return editor;
  }

  async open(uri: string, text: string): Promise<TextDocument> {
    const document = TextDocument.create(uri, 'json', ++this.#version, text);
    this.#documents.set(uri, document);
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: 'json', version: document.version, text },
    });
    return document;
  }

  async change(uri: string, text: string): Promise<TextDocument> {
    const document = TextDocument.create(uri, 'json', ++this.#version, text);
    this.#documents.set(uri, document);
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version: document.version },
      contentChanges: [{ text }],
    });
    return document;
  }

  async close(uri: string): Promise<void> {
    this.#documents.delete(uri);
    await this.connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
  }

  /** What is said of the document as it is now. */
  async diagnostics(uri: string): Promise<Diagnostic[]> {
    for (;;) {
      const said = this.#diagnostics.get(uri);
      if (said !== undefined && said.version === this.#documents.get(uri)?.version) return said.found;
      await new Promise<void>((resolve) => this.#judged.push(resolve));
    }
  }

  stop(): void {
    this.connection.dispose();
  }
}

export function messageOf({ message }: Diagnostic): string {
  return typeof message === 'string' ? message : message.value;
}

/** The place of a text in a document, a few characters in. */
export function positionOf(document: TextDocument, text: string, into = 1): Position {
  const offset = document.getText().indexOf(text);
  if (offset < 0) throw new Error(`the document does not say ${text}`);
  return document.positionAt(offset + into);
}
