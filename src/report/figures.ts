// The few numbers that matter, before and after, in large type.
import { type MetricInfo, SIGNIFICANCE } from '../session/record';
import type { Ends } from './ends';
import { bytes, change, pStatement, shortCount, unbroken } from './format';
import { html, type Markup } from './markup';
import { scoreDifference, scoreText } from './score-text';
import { across } from './svg';

export function figuresSection(ends: Ends): Markup {
  const { original, result, sparse } = ends;
  const size = (name: string, before: number, after: number, text: (value: number) => string): Markup =>
    figure(
      name,
      text(before),
      result === original ? undefined : text(after),
      change(before, after),
      bar(before, after),
    );
  return html`<section class="figures" aria-label="Before and after">
<dl>
${size('Parameters', original.parameters, result.parameters, shortCount)}
${sparse ? size('Non-zero weights', original.nonZero, result.nonZero, shortCount) : undefined}
${size('Multiply-accumulates', original.macs, result.macs, shortCount)}
${size('Size on disk', original.bytes, result.bytes, bytes)}
${original.gzipped && result.gzipped ? size('Gzipped', original.gzipped, result.gzipped, bytes) : undefined}
${scoreFigures(ends)}
</dl>
</section>`;
}

/** Of several outputs each, its p-value corrected for their number. */
function scoreFigures(ends: Ends): Markup[] {
  const { original, result } = ends;
  const { outputs } = result;
  if (outputs === undefined || original.outputs === undefined) return [scoreFigure(ends)];
  return outputs.map((own, i) => {
    const pValue = own.pValue === undefined ? undefined : Math.min(1, outputs.length * own.pValue);
    const before = original.outputs?.[i] ?? own;
    const after = result === original ? before : { ...own, pValue };
    return scoreFigure({ metric: own.metric, original: before, result: after });
  });
}

interface Scores {
  readonly metric: MetricInfo;
  readonly original: { readonly score: number };
  readonly result: { readonly score: number; readonly pValue?: number | undefined };
}

function scoreFigure({ metric, original, result }: Scores): Markup {
  const tested = result.pValue === undefined ? 'not tested' : pStatement(result.pValue);
  const difference = `${scoreDifference(metric, original.score, result.score)}, ${tested}`;
  const after = result === original ? undefined : scoreText(metric, result.score);
  const loss = (result.pValue ?? 1) <= SIGNIFICANCE;
  return figure(`Test ${metric.title}`, scoreText(metric, original.score), after, difference, undefined, loss);
}

function figure(
  name: string,
  before: string,
  after: string | undefined,
  difference: string,
  drawing: Markup | undefined,
  loss = false,
): Markup {
  if (after === undefined) return html`<div><dt>${name}</dt><dd><strong>${before}</strong></dd></div>`;
  return html`<div><dt>${name}</dt><dd><span class="before">${before} <span aria-hidden="true">→</span><span class="spoken">to</span></span> <strong>${after}</strong>${drawing}<span class="${
    loss ? 'change loss' : 'change'
  }">${unbroken(difference)}</span></dd></div>
`;
}

/** What is left of before, to scale. */
function bar(before: number, after: number): Markup {
  const left = before > 0 ? Math.min(1, after / before) : 0;
  return html`<svg width="100%" height="8" aria-hidden="true"><rect class="track" width="100%" height="8"/><rect class="kept" width="${across(left)}" height="8"/></svg>`;
}
