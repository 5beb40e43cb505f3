// The client of the language server, which runs in a process of its own.
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';

export function registerLanguage(context: vscode.ExtensionContext): void {
  const client = new LanguageClient(
    'neuronPruner',
    'Neuron Pruner',
    { module: join(context.extensionUri.fsPath, 'dist', 'server.cjs'), transport: TransportKind.ipc },
    {
      documentSelector: [
        { language: 'json', pattern: '**/*.json' },
        { language: 'jsonc', pattern: '**/*.json' },
      ],
    },
  );
  context.subscriptions.push(client);
  void client.start();
}
