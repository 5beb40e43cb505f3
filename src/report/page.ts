// The document around the report: complete in one file, nothing loaded, nothing run.
import { html, Markup } from './markup';
import { STYLE } from './style';

/** Lets the page style itself and no more, whatever a layer's name may hold. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

export function page(title: string, content: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Neuron Pruner">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
${HATCH}
${content}
</body>
</html>
`.text;
}

/** The pattern of what was cut, for every chart of the page. */
const HATCH = html`<svg class="definitions" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" patternUnits="userSpaceOnUse" width="5" height="5" patternTransform="rotate(45)"><rect class="hatch-ground" width="5" height="5"/><line class="hatch-line" x1="1" x2="1" y2="5"/></pattern></defs></svg>`;
