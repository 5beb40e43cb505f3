// The HTML of a webview: its policy lets in what lies in dist/webview and nothing else.

export interface PageParts {
  /** Origin that the page's own files come from. */
  readonly source: string;
  /** Unguessable, and another for every page. */
  readonly nonce: string;
  /** URL of a file in dist/webview. */
  file(name: string): string;
}

export interface Page {
  /** Of its script and its style sheet. */
  readonly name: 'panel' | 'architecture';
  readonly title: string;
  /** Hashes of style elements that the page's libraries add. */
  readonly styles?: readonly string[];
}

export function pageOf({ name, title, styles = [] }: Page, { source, nonce, file }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `style-src ${[source, ...styles].join(' ')}`,
    `font-src ${source}`,
    // Pictures that the page makes itself, when a diagram is exported.
    'img-src data:',
    `script-src 'nonce-${nonce}'`,
    // The layout engine is fetched and then started from a blob, the only way a webview can have a worker.
    `connect-src ${source}`,
    'worker-src blob:',
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file(`${name}.css`)}">
<title>${title}</title>
</head>
<body data-elk-worker="${file('elk-worker.js')}">
<script nonce="${nonce}" src="${file(`${name}.js`)}"></script>
</body>
</html>`;
}
