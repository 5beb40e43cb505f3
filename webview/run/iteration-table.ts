// The iterations of a session: what each cut, what that cost, and what came back by retraining.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { IterationRecord, SessionState } from '../../src/protocol/session';
import { count, NONE, percent, pValue } from '../../src/report/format';
import { scoreDifference, scoreText } from '../../src/report/score-text';
import type { Actions } from '../actions';
import { capital } from '../parts/text';
import { cutText } from './cut-text';
import { duration } from './progress';

export function iterationTable({ iterations, chosen }: SessionState, actions: Actions): TemplateResult {
  const [original] = iterations;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Iterations">
    <table class="iterations">
      <thead>
        <tr>
          <th scope="col">Iteration</th>
          <th scope="col">Cut</th>
          <th scope="col" class="number">Parameters</th>
          <th scope="col" class="number">Removed</th>
          <th scope="col" class="number">After cut</th>
          <th scope="col" class="number">Came back</th>
          <th scope="col" class="number">${capital(original?.metric.title ?? '')}</th>
          <th scope="col" class="number">p</th>
          <th scope="col" class="number">Time</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          iterations,
          ({ index }) => index,
          (record) => row(record, original, record.index === chosen, actions),
        )}
      </tbody>
    </table>
  </div>`;
}

function row(
  record: IterationRecord,
  original: IterationRecord | undefined,
  isResult: boolean,
  actions: Actions,
): TemplateResult {
  const { index, title, accepted, parameters, metric, score, scoreAfterCut, pValue: p, seconds } = record;
  const removed =
    original && index > 0 && original.parameters > 0 ? percent(1 - parameters / original.parameters) : NONE;
  const open = (): void => actions.send({ type: 'openIteration', index });
  return html`<tr class=${isResult ? 'chosen' : accepted === false ? 'refused' : ''}>
    <th scope="row">
      ${index} <button class="link" title="Open the model of this iteration" @click=${open}>${title}</button>${isResult ? html` <span class="badge">result</span>` : nothing}${accepted === false ? html` <span class="badge">refused</span>` : nothing}
    </th>
    <td class="cut-text">${cutText(record)}</td>
    <td class="number">${count(parameters)}</td>
    <td class="number">${removed}</td>
    <td class="number">${scoreText(metric, scoreAfterCut)}</td>
    <td class="number">${scoreAfterCut === undefined ? NONE : scoreDifference(metric, scoreAfterCut, score)}</td>
    <td class="number">${scoreText(metric, score)}</td>
    <td class="number">${pValue(p)}</td>
    <td class="number">${duration(seconds)}</td>
  </tr>`;
}
