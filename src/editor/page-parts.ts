// Where a webview's page has its files from.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { PageParts } from './page';

/** @param root folder of the page's files. */
export function partsFor(webview: vscode.Webview, root: vscode.Uri): PageParts {
  return {
    source: webview.cspSource,
    nonce: randomBytes(16).toString('hex'),
    file: (name) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString(),
  };
}
