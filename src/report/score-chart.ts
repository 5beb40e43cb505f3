// Size against the metric: every iteration a dot with its 95 % interval, and the way retraining brought it back up.
import type { MetricInfo } from '../evaluation/metrics/metric';
import { type SessionRecord, SIGNIFICANCE } from '../session/record';
import type { Iterations } from './ends';
import { count, counted, pStatement, unbroken } from './format';
import { html, type Markup } from './markup';
import { AXIS_HEIGHT, type PlacedLabel, scoreLabels } from './score-labels';
import { type ScorePlot, type ScorePoint, scorePlot } from './score-points';
import { scoreText } from './score-text';
import { across, px } from './svg';

const DOT = 5.5;
const RING = 9;
const CAP = 4;
/** Under this length a line has no room for an arrowhead. */
const ARROW_FROM = 22;

export function scoreSection(session: SessionRecord): Markup {
  const plot = scorePlot(session);
  const cut = plot.points.some((point) => point.cut !== undefined);
  const refused = plot.points.some((point) => point.refused);
  const samples = counted(session.data.test, 'test sample');
  return html`<section aria-labelledby="score-heading">
<div class="intro">
<h2 id="score-heading">Size against ${plot.metric.title}</h2>
<p><span class="unbroken">${glyph('dot')} is</span> the ${plot.metric.title} on ${samples}, its line the ${unbroken('95 %')} confidence interval; the shaded band is the interval of the original.${plot.metric.better === 'lower' ? ' Lower is better, and stands higher.' : ''}${
    cut
      ? html` <span class="unbroken">${glyph('hollow')} is</span> the same model right after the cut. From there up to <span class="unbroken">${glyph('dot')} is</span> what retraining brought back.`
      : undefined
  }${
    refused
      ? html` <span class="unbroken">${glyph('refused')} was</span> not good enough on the validation samples: the search went on from another one.`
      : undefined
  }</p>
</div>
${scoreFigure(session)}
</section>`;
}

/** The chart alone. */
export function scoreFigure(session: Iterations): Markup {
  const plot = scorePlot(session);
  return html`<figure class="score">${plot.points.length > 0 ? chart(session, plot) : undefined}</figure>`;
}

function glyph(kind: 'dot' | 'hollow' | 'refused'): Markup {
  if (kind === 'refused') {
    return html`<svg class="glyph" width="13" height="13" aria-hidden="true"><path class="cross" d="M2.5 2.5l8 8m0-8l-8 8"/></svg>`;
  }
  return html`<svg class="glyph" width="13" height="13" aria-hidden="true"><circle class="${kind}" cx="6.5" cy="6.5" r="5"/></svg>`;
}

function chart(session: Iterations, plot: ScorePlot): Markup {
  const { points, ticks, bottom, height } = plot;
  const labels = scoreLabels(plot);
  const left = plot.sparse ? 'non-zero parameters left' : 'parameters left';
  return html`<svg role="img" aria-labelledby="score-title score-description" width="100%" height="${height + AXIS_HEIGHT + 30}">
<title id="score-title">Size against test ${plot.metric.title}, iteration by iteration</title>
<desc id="score-description">${description(session, plot)}</desc>
${ticks.values.map((value) => gridline(plot.y(value), tickText(plot.metric, value, ticks.step)))}
${originalBand(plot)}
<line class="axis" x2="100%" y1="${px(height)}" y2="${px(height)}"/>
${plot.below ? scaleBreak(bottom) : undefined}
${points.map((point) => cutLine(startOf(point, points), point))}
${points.map((point) =>
  pointMark(
    point,
    plot,
    labels.filter((label) => label.point === point),
  ),
)}
<text class="axis-title" x="100%" y="${height + AXIS_HEIGHT + 22}" text-anchor="end">${left}${
    plot.sizes.logarithmic ? ', logarithmic' : ''
  }: fewer →</text>
</svg>`;
}

function gridline(y: number, text: string): Markup {
  return html`<line class="grid" x2="100%" y1="${px(y)}" y2="${px(y)}"/><text class="tick" x="-10" y="${px(y + 4)}" text-anchor="end">${text}</text>`;
}

/** As many decimals as the steps between ticks have. */
function tickText({ unit }: MetricInfo, value: number, step: number): string {
  const factor = unit === 'share' ? 100 : 1;
  const decimals = Math.min(100, Math.max(0, -Math.floor(Math.log10(step * factor) + 1e-9)));
  return `${(value * factor).toFixed(decimals).replace('-', '−')}${unit === 'share' ? ' %' : ''}`;
}

function originalBand({ points: [original] }: ScorePlot): Markup | undefined {
  if (original === undefined) return undefined;
  const { high, low, y } = original;
  return html`<rect class="band" width="100%" y="${px(high)}" height="${px(Math.max(1, low - high))}"/>
<line class="original" x2="100%" y1="${px(y)}" y2="${px(y)}"/>
<text class="band-label wide" x="100%" dx="8" y="${px(y + 4)}">original</text>`;
}

/** Where the scale ends: what lies under it is not to scale. */
function scaleBreak(y: number): Markup {
  return html`<line class="break" x2="100%" y1="${px(y)}" y2="${px(y)}"/><text class="tick" x="-10" y="${px(y + 38)}" text-anchor="end">lower</text>`;
}

/** The iteration whose model it started from. */
function startOf({ iteration }: ScorePoint, points: readonly ScorePoint[]): ScorePoint | undefined {
  const from = iteration.from ?? iteration.index - 1;
  return points.find((point) => point.iteration.index === from);
}

/** From the model before down to the model right after the cut (or, where that is not known, after retraining). */
function cutLine(before: ScorePoint | undefined, point: ScorePoint): Markup | undefined {
  if (before === undefined) return undefined;
  const y = point.cut?.y ?? point.y;
  return html`<line class="fall" x1="${across(before.at)}" y1="${px(before.y)}" x2="${across(point.at)}" y2="${px(y)}"/>`;
}

function pointMark(point: ScorePoint, plot: ScorePlot, labels: readonly PlacedLabel[]): Markup {
  const { at, y, high, low, cut, chosen, refused } = point;
  return html`<svg class="point${chosen ? ' chosen' : ''}${refused ? ' refused' : ''}" x="${across(at)}" overflow="visible">
<title>${pointText(point, plot.metric)}</title>
<line class="axis" y1="${px(plot.height)}" y2="${px(plot.height + 6)}"/>
${cut ? recovery(y, cut.y) : undefined}
<path class="whisker" d="M${-CAP} ${px(high)}h${2 * CAP}M0 ${px(high)}V${px(low)}M${-CAP} ${px(low)}h${2 * CAP}"/>
${cut ? html`<circle class="hollow" cy="${px(cut.y)}" r="4.5"/>` : undefined}
${chosen ? html`<circle class="ring" cy="${px(y)}" r="${RING}"/>` : undefined}
${refused ? html`<path class="cross" d="M-5 ${px(y - 5)}l10 10m0-10l-10 10"/>` : html`<circle class="dot" cy="${px(y)}" r="${DOT}"/>`}
${labels.map(labelMark)}
</svg>`;
}

/** From right after the cut to after retraining, with an arrowhead where there is room. */
function recovery(y: number, cutY: number): Markup {
  const up = cutY > y ? 1 : -1;
  const tip = y + up * (RING + 3);
  const head = Math.abs(cutY - y) > ARROW_FROM ? `M-4 ${px(tip + up * 6)}L0 ${px(tip)}L4 ${px(tip + up * 6)}` : '';
  return html`<path class="recovery" d="M0 ${px(cutY)}V${px(head === '' ? y : tip)}${head}"/>`;
}

function labelMark({ point, kind, anchor, text, dx, y, shown }: PlacedLabel): Markup {
  const classes = [`label-${kind}`, shown === 'always' ? '' : shown, point.chosen ? 'of-result' : '']
    .filter(Boolean)
    .join(' ');
  return html`<text class="${classes}" x="${px(dx)}" y="${px(y)}" text-anchor="${anchor}">${text}</text>`;
}

function pointText({ iteration, cut, size }: ScorePoint, metric: MetricInfo): string {
  const after = cut ? `, ${scoreText(metric, cut.score)} right after the cut` : '';
  const p = iteration.pValue === undefined ? '' : `, ${pStatement(iteration.pValue)}`;
  return `${iteration.title}${iteration.accepted === false ? ' (refused)' : ''}: ${count(size)} left, ${metric.title} ${scoreText(metric, iteration.score)}${after}${p}`;
}

function description({ iterations }: Iterations, { points, sparse, metric }: ScorePlot): string {
  const worse = points.filter(({ iteration }) => (iteration.pValue ?? 1) <= SIGNIFICANCE).length;
  const unit = sparse ? 'non-zero parameters' : 'parameters';
  const texts = points.map((point) => pointText(point, metric)).join('; ');
  return `${counted(iterations.length, 'iteration')}, by ${unit}. ${texts}. ${worse} significantly worse than the original.`;
}
