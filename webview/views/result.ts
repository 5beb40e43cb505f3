// The Result view: two models side by side, and whether one is significantly worse.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Comparison, Inspection } from '../../src/protocol/session';
import { bytes, change, pStatement, shortCount } from '../../src/report/format';
import { scoreDifference, scoreText } from '../../src/report/score-text';
import type { MetricInfo } from '../../src/session/record';
import type { Actions } from '../actions';
import { icon } from '../parts/icon';
import { banner, type NoticeAction, placeholder } from '../parts/notice';
import { architecture } from '../result/architecture';
import { comparisonTable } from '../result/comparison-table';
import { modelTitle } from '../result/model-title';
import { speed } from '../result/speed';
import { verdictOf } from '../result/words';
import type { PageState } from '../state';

export function resultView(state: PageState, actions: Actions): TemplateResult {
  const { comparison, againstOrigin, comparing, problems } = state;
  const compare: NoticeAction = { label: 'Compare With…', run: () => actions.send({ type: 'compareWith' }) };
  if (comparison === undefined) {
    if (problems.result !== undefined) return placeholder({ kind: 'problem', text: problems.result, action: compare });
    if (comparing) return placeholder({ kind: 'loading', text: 'Comparing the two models…' });
    if (state.model !== undefined) return uncompared(state, state.model, compare, actions);
    return placeholder({
      kind: 'empty',
      text: 'Choose a model to see how it is built, or to compare it with another.',
      action: compare,
    });
  }
  const { size, score: words, loss } = verdictOf(comparison);
  return html`<div class="view result">
    ${problems.result === undefined ? nothing : banner({ kind: 'problem', text: problems.result, action: compare })}
    <header class="verdict">
      <div>
        <h2>${size}</h2>
        <p class=${loss ? 'loss' : ''}>${icon(comparison.test === undefined ? 'info' : loss ? 'warning' : 'pass')}${words}</p>
        <p class="secondary">
          <bdi title=${comparison.before.path}>${modelTitle(comparison.before.path)}</bdi> ${icon('arrow-right')}
          <bdi title=${comparison.after.path}>${modelTitle(comparison.after.path)}</bdi>
        </p>
        ${againstOrigin === undefined ? nothing : originLine(againstOrigin)}
      </div>
      <div class="buttons">
        <vscode-button @click=${() => actions.send({ type: 'openResult' })}>${icon('go-to-file', 'start')}Open Model</vscode-button>
        <vscode-button appearance="secondary" @click=${() => actions.send({ type: 'revealResult' })}
          >${icon('folder-opened', 'start')}Reveal in Explorer</vscode-button
        >
        <vscode-button appearance="secondary" @click=${() => actions.send({ type: 'exportReport' })}
          >${icon('output', 'start')}Export Report…</vscode-button
        >
        <vscode-button appearance="secondary" @click=${() => compare.run()}>${icon('diff', 'start')}Compare With…</vscode-button>
      </div>
    </header>
    ${figures(comparison)} ${speed(state, actions)} ${architecture([comparison.before, comparison.after], actions)}
    <h3>Layer by layer</h3>
    ${comparisonTable(comparison)}
  </div>`;
}

/** What all sessions together came to, of a result that others went before. */
function originLine(comparison: Comparison): TemplateResult {
  const { size, score: words, loss } = verdictOf(comparison);
  const { path } = comparison.before;
  return html`<p class=${loss ? 'origin loss' : 'origin'}>
    Against <bdi title=${path}>${modelTitle(path)}</bdi>, which it was branched from: ${size} ${words}
  </p>`;
}

/** The model alone, as long as there is nothing to compare it with. */
function uncompared(
  { noRunning, session }: PageState,
  model: Inspection,
  compare: NoticeAction,
  actions: Actions,
): TemplateResult {
  const running = session?.status === 'running' || session?.status === 'stopping';
  const text = running
    ? 'The result comes when the session has finished.'
    : 'No result yet: run the plan, or compare the model with any other.';
  return html`<div class="view result">
    ${banner({ kind: noRunning === undefined ? 'note' : 'untrusted', text: noRunning === undefined ? text : `${text} ${noRunning}`, action: compare })}
    ${architecture([model], actions)}
  </div>`;
}

/** Weights that training left at zero by chance are no news. */
const SPARSE_BELOW = 0.95;

function figures({ before, after, test }: Comparison): TemplateResult {
  const figure = (
    name: string,
    from: string,
    to: string,
    difference: string,
    left: number | undefined,
  ): TemplateResult =>
    html`<div>
      <dt>${name}</dt>
      <dd>
        <strong>${to}</strong> <span class="secondary">from ${from}, <b>${difference}</b></span>
        ${left === undefined ? nothing : html`<i class="left" .style=${`--size: ${Math.min(1, left)}`}></i>`}
      </dd>
    </div>`;
  const size = (name: string, from: number, to: number, text: (value: number) => string): TemplateResult =>
    figure(name, text(from), text(to), change(from, to), from > 0 ? to / from : 1);
  const score = (metric: MetricInfo, [from, to]: readonly [number, number], pValue: number): TemplateResult =>
    figure(
      `Test ${metric.title}`,
      scoreText(metric, from),
      scoreText(metric, to),
      `${scoreDifference(metric, from, to)}, ${pStatement(pValue)}`,
      undefined,
    );
  const sparse = [before, after].some(({ nonZero, parameters }) => nonZero < SPARSE_BELOW * parameters);
  return html`<section aria-label="Before and after"><dl class="totals">
    ${size('Parameters', before.parameters, after.parameters, shortCount)}
    ${sparse ? size('Non-zero weights', before.nonZero, after.nonZero, shortCount) : nothing}
    ${size('Multiply-accumulates', before.macs, after.macs, shortCount)} ${size('Size', before.bytes, after.bytes, bytes)}
    ${before.gzipped && after.gzipped ? size('Gzipped', before.gzipped, after.gzipped, bytes) : nothing}
    ${
      test === undefined || before.score === undefined || after.score === undefined
        ? nothing
        : score(test.metric, [before.score, after.score], test.pValue)
    }
    ${test?.others?.map(({ metric, scores, pValue }) => score(metric, scores, pValue))}
  </dl></section>`;
}
