// How fast the two models run here.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { SpeedFigures } from '../../src/protocol/session';
import { count, percent } from '../../src/report/format';
import { milliseconds } from '../../src/report/speed';
import type { Actions } from '../actions';
import { icon } from '../parts/icon';
import type { PageState } from '../state';

export function speed(state: PageState, actions: Actions): TemplateResult {
  const { speed: measured, measuringSpeed, noRunning } = state;
  const measure = html`<vscode-button
    appearance="secondary"
    ?disabled=${noRunning !== undefined || measuringSpeed !== undefined}
    @click=${() => actions.send({ type: 'measureSpeed' })}
    >${icon('dashboard', 'start')}${measured === undefined ? 'Measure Speed' : 'Measure Again'}</vscode-button
  >`;
  const progress =
    measuringSpeed === undefined
      ? nothing
      : html`<span class="secondary" role="status"
          >Measuring, both in turn… ${percent(measuringSpeed.done / Math.max(1, measuringSpeed.of), 0)}</span
        >`;
  return html`<section class="speed" aria-labelledby="speed-heading">
    <h3 id="speed-heading">Speed here</h3>
    ${
      measured === undefined
        ? html`<p class="secondary">Fewer multiply-accumulates are not always less time: measure it on this machine.</p>`
        : html`<p>${measured.words}</p>
            <div class="scroll" role="region" tabindex="0" aria-label="Speed before and after">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Model</th>
                    <th scope="col" class="number">Latency, median</th>
                    <th scope="col" class="number">95 %</th>
                    <th scope="col" class="number">At ${measured.batch} a time</th>
                  </tr>
                </thead>
                <tbody>
                  ${row('before', measured.before)} ${row('after', measured.after)}
                </tbody>
              </table>
            </div>
            <p class="secondary">${measured.engine}</p>`
    }
    <div class="buttons">${measure} ${progress}</div>
  </section>`;
}

function row(name: string, { median, p95, throughput }: SpeedFigures): TemplateResult {
  return html`<tr>
    <th scope="row">${name}</th>
    <td class="number">${milliseconds(median)}</td>
    <td class="number">${milliseconds(p95)}</td>
    <td class="number">${count(Math.round(throughput))} a second</td>
  </tr>`;
}
