// How alike the measures rank channels, as a table of each with each.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Relevance } from '../../src/protocol/session';
import { layerAgreements, meanAgreement } from '../../src/pruning/relevance/agreement';
import type { Actions } from '../actions';
import { pruneOf } from '../plan/settings';
import type { PageState } from '../state';
import { measureTitle } from './measures';

export function agreementTable(state: PageState, actions: Actions): TemplateResult {
  const { relevance, measures, measuring, noRunning, recipe, view } = state;
  const known = measures.flatMap(({ name }) => relevance[name] ?? []);
  const missing = measures.length - known.length;
  const measureAll = (): void => actions.send({ type: 'measureAll', k: recipe === undefined ? 4 : pruneOf(recipe).k });
  return html`<details class="agreement">
    <summary>How measures agree</summary>
    ${known.length < 2 ? html`<p class="secondary">Rankings can be compared once two measures are known.</p>` : table(known, view.measure)}
    ${
      missing === 0
        ? nothing
        : html`<vscode-button
            appearance="secondary"
            ?disabled=${measuring !== undefined || noRunning !== undefined}
            @click=${measureAll}
            >Compare All Rankings</vscode-button
          >`
    }
    ${measuring === undefined ? nothing : html`<p class="secondary" role="status">Measuring by ${measureTitle(measuring.measure)}…</p>`}
  </details>`;
}

function table(known: readonly Relevance[], shown: string): TemplateResult {
  const heading = (scope: 'row' | 'col', { measure }: Relevance): TemplateResult =>
    html`<th scope=${scope} class=${measure === shown ? 'own' : ''}>${measureTitle(measure)}</th>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Rank correlation of measures">
    <table class="matrix">
      <caption class="secondary">
        Rank correlation of the channels within their layers: 1 the same order, 0 no relation, −1 the reverse.
      </caption>
      <thead>
        <tr>
          <td></td>
          ${known.map((relevance) => heading('col', relevance))}
        </tr>
      </thead>
      <tbody>
        ${known.map(
          (a) =>
            html`<tr>
              ${heading('row', a)}${known.map((b) => (a === b ? html`<td></td>` : cell(agreement(a, b))))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function cell(value: number): TemplateResult {
  if (!Number.isFinite(value)) return html`<td class="number">–</td>`;
  const strength = Math.abs(value);
  return html`<td class="number" .style=${`--strength: ${strength}`}>${value < 0 ? '−' : nothing}${strength.toFixed(2)}</td>`;
}

const correlations = new WeakMap<Relevance, WeakMap<Relevance, number>>();

/** Reckoned once: the table is drawn with everything else. */
function agreement(a: Relevance, b: Relevance): number {
  const own = correlations.get(a) ?? new WeakMap<Relevance, number>();
  correlations.set(a, own);
  const value = own.get(b) ?? meanAgreement(layerAgreements(a.layers, b.layers))?.spearman ?? Number.NaN;
  own.set(b, value);
  return value;
}
