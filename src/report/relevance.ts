// The section on relevance: a chart a layer.
import { layerFates } from './channel-fate';
import type { Ends } from './ends';
import { html, type Markup } from './markup';
import { relevanceFigure } from './relevance-chart';

/** Absent where nothing was measured on the way to the result. */
export function relevanceSection(ends: Ends): Markup | undefined {
  const fates = layerFates(ends);
  if (fates.length === 0) return undefined;
  const units = fates.some(({ relevance }) => (relevance.neurons ?? 1) > 1);
  return html`<section aria-labelledby="relevance-heading">
<div class="intro">
<h2 id="relevance-heading">Relevance of the channels</h2>
<p>Each layer as it was first measured. <span class="unbroken">${swatch('kept')} Solid</span> is what the result kept, <span class="unbroken">${swatch('cut')} hatched</span> what was cut, then or later.${
    units ? ' A column is a maxout unit, divided by how often each of its neurons was the maximum.' : undefined
  }</p>
</div>
<div class="layers">${fates.map((fate, i) => relevanceFigure(fate, `relevance-${i}`))}</div>
</section>`;
}

function swatch(kind: 'kept' | 'cut'): Markup {
  return html`<svg class="glyph" width="14" height="12" aria-hidden="true"><rect class="${kind}" width="14" height="12"/></svg>`;
}
