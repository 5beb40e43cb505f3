// The HTML of the panel: its policy lets in what lies in dist/webview and nothing else.

export interface PageParts {
  /** Origin that the page's own files come from. */
  readonly source: string;
  /** Unguessable, and another for every page. */
  readonly nonce: string;
  /** URL of a file in dist/webview. */
  file(name: string): string;
}

/** The toolkit adds one empty style element, whose rules it then inserts by script. */
const EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

export function panelPage({ source, nonce, file }: PageParts): string {
  // The diagram's layout engine is fetched, and runs as a worker from a blob: a webview allows no other.
  const policy = [
    "default-src 'none'",
    `style-src ${source} ${EMPTY_STYLE}`,
    `font-src ${source}`,
    'img-src data:',
    `script-src 'nonce-${nonce}'`,
    `connect-src ${source}`,
    'worker-src blob:',
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file('panel.css')}">
<title>Neuron Pruner</title>
</head>
<body data-elk-worker="${file('elk-worker.js')}">
<script nonce="${nonce}" src="${file('panel.js')}"></script>
</body>
</html>`;
}
