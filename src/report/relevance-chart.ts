// The relevance of a layer's channels when it was first measured, and which of them the result no longer has.
import type { RelevanceRecord } from '../session/record';
import type { LayerFate } from './channel-fate';
import { count, counted, percent, score, unbroken } from './format';
import { html, type Markup } from './markup';
import { type Column, scoreColumns, unitColumns } from './relevance-columns';

/** Pixels from the top of the drawing to the top of the scale, and the height of the scale. */
const TOP = 20;
const HEIGHT = 150;
const BELOW = 24;

/** Of a column's width, the part left free beside it. */
const GAP = 0.22;
/** From this many columns on they touch. Units stand apart for longer, as their neurons are compared within each. */
const GAPLESS = { units: 130, channels: 40 };
/** Between the neurons of a unit, in pixels. */
const SEAM = 1;

/** @param id unique on the page. */
export function relevanceFigure(fate: LayerFate, id: string): Markup {
  const { relevance, measured, cut } = fate;
  const neurons = neuronsOf(relevance);
  const { columns, each, top } = neurons === undefined ? scoreColumns(fate) : unitColumns(fate, neurons);
  const fill = (kind: 'kept' | 'cut'): Markup =>
    html`<rect class="${kind}" width="100%" y="${TOP}" height="${HEIGHT}" clip-path="url(#${id}-${kind})"/>`;
  const gap = columns.length < (neurons === undefined ? GAPLESS.channels : GAPLESS.units) ? GAP : 0;
  const bottom = TOP + HEIGHT;
  return html`<figure class="layer">
<figcaption><h3><bdi>${relevance.layer}</bdi> <small>${relevance.measure}</small></h3><p>${unbroken(fateText(fate))}</p></figcaption>
<svg role="img" aria-labelledby="${id}-title ${id}-description" width="100%" height="${bottom + BELOW}">
<title id="${id}-title">Relevance of the channels of ${relevance.layer}, by ${relevance.measure}</title>
<desc id="${id}-description">${fateText(fate)} ${shareText(fate)}</desc>
<defs>${clip(`${id}-kept`, columns, gap, false)}${clip(`${id}-cut`, columns, gap, true)}</defs>
<text class="tick" y="${TOP - 7}">${topText(relevance, top)}</text>
<line class="grid" x2="100%" y1="${TOP}" y2="${TOP}"/><line class="grid" x2="100%" y1="${TOP + HEIGHT / 2}" y2="${TOP + HEIGHT / 2}"/>
${cut.size < relevance.scores.length ? fill('kept') : undefined}${cut.size > 0 ? fill('cut') : undefined}
<line class="axis" x2="100%" y1="${bottom}" y2="${bottom}"/>
<text class="tick" y="${bottom + 17}">${acrossText(relevance, each)}</text>
</svg>
<p class="note">${unbroken(shareText(fate))} Measured for “<bdi>${measured}</bdi>”${
    relevance.observations > 0 ? `, ${count(relevance.observations)} observations each` : ''
  }.</p>
</figure>`;
}

/** Neurons a unit, where they compete. */
function neuronsOf({ neurons }: RelevanceRecord): number | undefined {
  return neurons !== undefined && neurons > 1 ? neurons : undefined;
}

/** "64 units of 4 neurons: 64 kept, 192 cut." */
function fateText({ relevance, cut }: LayerFate): string {
  const channels = relevance.scores.length;
  const neurons = neuronsOf(relevance);
  const what =
    neurons === undefined
      ? counted(channels, 'channel')
      : `${counted(Math.ceil(channels / neurons), 'unit')} of ${counted(neurons, 'neuron')}`;
  return cut.size === 0 ? `${what}, none cut.` : `${what}: ${count(channels - cut.size)} kept, ${count(cut.size)} cut.`;
}

/** How much of the relevance the result has kept; empty where nothing was cut or all scores are zero. */
function shareText({ relevance, cut }: LayerFate): string {
  const scores = relevance.scores.map((value) => (Number.isFinite(value) ? Math.abs(value) : 0));
  const total = scores.reduce((sum, value) => sum + value, 0);
  if (cut.size === 0 || total === 0) return '';
  const kept = scores.reduce((sum, value, i) => (cut.has(i) ? sum : sum + value), 0) / total;
  return neuronsOf(relevance) === undefined
    ? `Those kept hold ${percent(kept)} of the total score.`
    : `Those kept were the maximum ${percent(kept)} of the time.`;
}

function topText(relevance: RelevanceRecord, top: number): string {
  if (neuronsOf(relevance) !== undefined) return '100 % of the wins of a unit';
  return relevance.observations > 0
    ? `largest: ${score(top / relevance.observations)} an observation`
    : `largest: ${score(top)}`;
}

function acrossText(relevance: RelevanceRecord, each: number): string {
  const neurons = neuronsOf(relevance);
  const bins = each > 1 ? `, the mean of ${count(each)} a column` : '';
  return neurons === undefined ? `channels, most relevant first${bins}` : `units, most decided first${bins}`;
}

/** The columns' kept or cut parts as one outline, in units of the box it clips. */
function clip(id: string, columns: readonly Column[], gap: number, cut: boolean): Markup {
  const width = 1 / Math.max(1, columns.length);
  const parts = columns.flatMap((column, i) => {
    let top = 1;
    return column.map((segment) => {
      const bottom = top;
      top -= segment.height;
      const seam = segment === column[0] ? 0 : Math.min(SEAM / HEIGHT, segment.height / 2);
      if (segment.cut !== cut || segment.height <= 0) return '';
      return `M${unit(i * width)} ${unit(top)}h${unit(width * (1 - gap))}V${unit(bottom - seam)}H${unit(i * width)}z`;
    });
  });
  return html`<clipPath id="${id}" clipPathUnits="objectBoundingBox"><path d="${parts.join('')}"/></clipPath>`;
}

/** A tenth of a pixel is exact enough. */
function unit(value: number): number {
  return Number(value.toFixed(4));
}
