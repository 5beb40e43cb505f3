// The network before and after, layer by layer, its channels drawn to scale.

import { alignLayers, type LayerPair } from '../model/align-layers';
import type { LayerRecord } from '../session/record';
import type { Ends } from './ends';
import { count, NONE } from './format';
import { html, type Markup } from './markup';
import { across } from './svg';

const BAR_HEIGHT = 16;

export function architectureSection({ original, result }: Ends): Markup {
  const pairs = alignLayers(original.layers, result.layers);
  const widest = Math.max(1, ...pairs.flatMap(({ before, after }) => [before?.channels ?? 0, after?.channels ?? 0]));
  return html`<section aria-labelledby="architecture-heading">
<div class="intro">
<h2 id="architecture-heading">Architecture before and after</h2>
<p>The channels of each layer to scale: solid what is there now, hatched what was cut.</p>
</div>
<div class="scroll" role="region" aria-labelledby="architecture-heading" tabindex="0">
<table class="architecture">
<colgroup><col><col></colgroup><colgroup span="2"></colgroup><colgroup span="2"></colgroup><colgroup span="2"></colgroup>
<thead>
<tr><th scope="col" rowspan="2">Layer</th><th class="bar" scope="col" rowspan="2">To scale</th><th class="group" scope="colgroup" colspan="2">Channels</th><th class="group" scope="colgroup" colspan="2">Output shape</th><th class="group" scope="colgroup" colspan="2">Parameters</th></tr>
<tr>${[0, 1, 2].map(() => html`<th class="first" scope="col">before</th><th scope="col">after</th>`)}</tr>
</thead>
<tbody>
${pairs.map((pair) => row(pair, widest))}
</tbody>
<tfoot><tr><th scope="row">All layers</th><td class="bar"></td><td class="first"></td><td></td><td class="first"></td><td></td>${numbers(original.parameters, result.parameters)}</tr></tfoot>
</table>
</div>
</section>`;
}

function row({ before, after }: LayerPair<LayerRecord>, widest: number): Markup {
  const layer = after ?? before;
  const fate = after === undefined ? 'gone' : before === undefined ? 'new' : undefined;
  return html`<tr${fate ? html` class="${fate}"` : undefined}><th scope="row"><bdi class="name">${layer?.name}</bdi><small>${layer?.type}${
    fate ? html` <b class="mark">${fate}</b>` : undefined
  }</small></th><td class="bar">${bar(before?.channels ?? 0, after?.channels ?? 0, widest)}</td>${numbers(before?.channels, after?.channels)}${cells(
    shape(before),
    shape(after),
  )}${numbers(before?.parameters, after?.parameters)}</tr>`;
}

/** Empty for a layer that makes no channels. */
function bar(before: number, after: number, widest: number): Markup | undefined {
  if (before === 0 && after === 0) return undefined;
  const kept = after / widest;
  const cut = Math.max(0, before - after) / widest;
  return html`<svg width="100%" height="${BAR_HEIGHT}" aria-hidden="true">${
    after > 0 ? html`<rect class="kept" width="${across(kept)}" height="${BAR_HEIGHT}"/>` : undefined
  }${cut > 0 ? html`<rect class="cut" x="${across(kept)}" width="${across(cut)}" height="${BAR_HEIGHT}"/>` : undefined}</svg>`;
}

function shape(layer: LayerRecord | undefined): string | undefined {
  if (layer === undefined) return undefined;
  const [batch, ...rest] = layer.outputShape;
  // The first axis is the batch, unless a record leaves it out.
  const sizes = typeof batch === 'string' ? rest : layer.outputShape;
  return sizes.length === 0 ? undefined : sizes.join(' × ');
}

function numbers(before: number | undefined, after: number | undefined): Markup {
  return cells(before === undefined ? undefined : count(before), after === undefined ? undefined : count(after));
}

/** What did not change stays quiet. */
function cells(before: string | undefined, after: string | undefined): Markup {
  return html`<td class="first">${before ?? NONE}</td><td class="${before === after ? 'same' : 'changed'}">${after ?? NONE}</td>`;
}
