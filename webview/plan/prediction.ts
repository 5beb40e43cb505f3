// What the plan comes to: totals and every layer, before anything runs.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { partTitle } from '../../src/protocol/layer-parts';
import type { RecipeFile } from '../../src/protocol/recipe-file';
import type {
  Figures,
  Inspection,
  LayerFigures,
  LayerInspection,
  LayerPart,
  LayerPrediction,
  Prediction,
} from '../../src/protocol/session';
import { briefCount, bytes, change, count, NONE, shortCount } from '../../src/report/format';
import type { Actions } from '../actions';
import { checkbox } from '../parts/checkbox';
import { numberField } from '../parts/number-field';
import type { PageState } from '../state';
import { includedLayers } from './layer-choice';
import { pruneOf } from './settings';
import { belowThreshold, withRatio } from './threshold';

export function totals({ prediction, predicting }: PageState): TemplateResult {
  const figure = (name: string, key: keyof Figures, text: (value: number) => string): TemplateResult => {
    const [before, after] = [prediction?.before[key], prediction?.after[key]];
    const known = before !== undefined && after !== undefined;
    return html`<div>
      <dt>${name}</dt>
      <dd>
        <strong>${known ? text(after) : NONE}</strong>
        <span class="secondary"
          >${known ? (prediction?.open ? 'as it is now' : html`from ${text(before)}, <b>${change(before, after)}</b>`) : '…'}</span
        >
        <i class="left" .style=${`--size: ${known && before > 0 ? after / before : 1}`}></i>
      </dd>
    </div>`;
  };
  return html`<section aria-label="After the plan" aria-busy=${predicting}><dl class="totals">
    ${figure('Parameters', 'parameters', shortCount)} ${figure('Multiply-accumulates', 'macs', shortCount)}
    ${figure('Size', 'bytes', bytes)}
  </dl></section>`;
}

export function layerTable(state: PageState, model: Inspection, recipe: RecipeFile, actions: Actions): TemplateResult {
  const { prediction } = state;
  const byRatio = pruneOf(recipe).method === 'ratio';
  const predictions = new Map(prediction?.layers.map((layer) => [layer.name, layer]));
  const included = includedLayers(recipe, prediction);
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Layers of the plan">
    <table class="layers-table">
      <thead>
        <tr>
          <th scope="col">Layer</th>
          <th scope="col" class="number">Channels</th>
          ${byRatio ? html`<th scope="col" class="number">Cut</th>` : nothing}
          <th scope="col" class="number">Parameters</th>
          <th scope="col" class="number">MACs</th>
          <th scope="col" class="number">Size</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          model.layers,
          ({ name }) => name,
          (layer) => row(layer, predictions.get(layer.name)),
        )}
      </tbody>
      <tfoot>
        ${prediction === undefined ? nothing : total(prediction, byRatio)}
      </tfoot>
    </table>
  </div>`;

  function row(layer: LayerInspection, predicted: LayerPrediction | undefined): TemplateResult {
    const { name, type, prunable, channels } = layer;
    const taken = prunable && included.has(name);
    const change = (chosen: boolean): void => actions.send({ type: 'include', layer: name, included: chosen });
    const gone = prediction !== undefined && predicted?.after === undefined;
    return html`<tr class=${gone ? 'gone' : ''}>
      <th scope="row">
        <div class="choice">
        ${
          prunable
            ? checkbox({ text: `Prune ${name}`, checked: taken, change })
            : html`<span class="no-checkbox"></span>`
        }
        <span class="layer-name"
          ><span class="name">${name}</span> <span class="secondary">${type}${layerNote(layer, gone, pruneOf(recipe).protect)}</span></span
        >
        </div>
      </th>
      ${pair(predicted?.before.channels ?? channels, predicted?.after?.channels, count)}
      ${byRatio ? html`<td class="number">${taken && channels !== null ? ratioField(layer, channels) : nothing}</td>` : nothing}
      ${pair(layer.parameters, predicted?.after?.parameters, count)} ${pair(layer.macs, predicted?.after?.macs, briefCount)}
      ${pair(layer.bytes, predicted?.after?.bytes, bytes)}
    </tr>${(layer.parts ?? []).map((part) => partRow(layer, part, partIn(predicted?.after, part)))}`;
  }

  function partRow({ name }: LayerInspection, part: LayerPart, after: number | undefined): TemplateResult {
    return html`<tr class="part">
      <th scope="row">
        <span class="name">${partTitle(part.name, name)}</span><span class="secondary">${partNote(part, name)}</span>
      </th>
      ${pair(part.channels, after, count)}
      ${byRatio ? html`<td></td>` : nothing}
      <td></td>
      <td></td>
      <td></td>
    </tr>`;
  }

  function ratioField({ name }: LayerInspection, channels: number): TemplateResult {
    const { ratio, ratios } = pruneOf(recipe);
    return numberField({
      label: `Share of ${name} that is cut (${belowThreshold(recipe, name, channels)} channels)`,
      bare: true,
      unit: '%',
      value: Math.round((ratios[name] ?? ratio) * 10_000) / 100,
      bounds: { minimum: 0, exclusiveMaximum: 100 },
      change: (share) => actions.plan((old) => withRatio(old, name, share / 100)),
    });
  }
}

function total({ before, after }: Prediction, byRatio: boolean): TemplateResult {
  return html`<tr>
    <th scope="row">All layers</th>
    <td></td>
    ${byRatio ? html`<td></td>` : nothing} ${pair(before.parameters, after.parameters, count)}
    ${pair(before.macs, after.macs, briefCount)} ${pair(before.bytes, after.bytes, bytes)}
  </tr>`;
}

/** What it is and what it becomes; only one where nothing changes. */
function pair(
  before: number | null,
  after: number | null | undefined,
  text: (value: number) => string,
): TemplateResult {
  if (before === null) return html`<td class="number"></td>`;
  if (after === undefined || after === null || after === before)
    return html`<td class="number same">${text(before)}</td>`;
  return html`<td class="number changed"><span class="secondary">${text(before)} →</span> ${text(after)}</td>`;
}

function partIn(figures: LayerFigures | undefined, { name }: LayerPart): number | undefined {
  return figures?.parts?.find((part) => part.name === name)?.channels;
}

function partNote({ reason, together, coupled }: LayerPart, layer: string): string {
  if (reason !== undefined) return `, kept: ${reason}`;
  const notes = [
    ...(together > 1 ? [`${together} at a time`] : []),
    ...(coupled ? [`with ${coupled.map((name) => partTitle(name, layer)).join(', ')}`] : []),
  ];
  return notes.length > 0 ? `, cut ${notes.join(', ')}` : '';
}

/** What keeps a layer from being cut as it is asked, or by itself. */
function layerNote(
  { name, channels, prunable, reason, coupled }: LayerInspection,
  gone: boolean,
  protect: readonly string[],
): string {
  if (gone) return ', gone';
  if (protect.includes(name)) return ', protected by the recipe';
  if (channels !== null && !prunable) return `, kept: ${reason}`;
  return coupled === undefined ? '' : `, cut with ${coupled.join(', ')}`;
}
