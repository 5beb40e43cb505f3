// The HTML of the architecture editor: a strict policy, one script, one style sheet.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** @param root folder of the page's files. */
export function architecturePage(webview: vscode.Webview, root: vscode.Uri): string {
  const nonce = randomBytes(16).toString('hex');
  const own = webview.cspSource;
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  const policy = [
    "default-src 'none'",
    `style-src ${own}`,
    `font-src ${own}`,
    // Pictures that the page makes itself, when a diagram is exported.
    'img-src data:',
    `script-src 'nonce-${nonce}'`,
    // The layout engine is fetched and then started from a blob, the only way a webview can have a worker.
    `connect-src ${own}`,
    'worker-src blob:',
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file('architecture.css')}">
<title>Architecture</title>
</head>
<body>
<main id="architecture" data-elk-worker="${file('elk-worker.js')}"></main>
<script nonce="${nonce}" src="${file('architecture.js')}"></script>
</body>
</html>`;
}
