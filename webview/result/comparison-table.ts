// Two models layer by layer, in numbers.
import { html, nothing, type TemplateResult } from 'lit-html';
import { alignLayers } from '../../src/model/align-layers';
import type { Comparison, LayerInspection } from '../../src/protocol/session';
import { count, NONE, shortCount } from '../../src/report/format';

export function comparisonTable({ before, after }: Comparison): TemplateResult {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Layers before and after">
    <table class="comparison">
      <thead>
        <tr>
          <th scope="col">Layer</th>
          <th scope="col">Output before</th>
          <th scope="col">after</th>
          <th scope="col" class="number">Channels before</th>
          <th scope="col" class="number">after</th>
          <th scope="col" class="number">Parameters before</th>
          <th scope="col" class="number">after</th>
          <th scope="col" class="number">MACs before</th>
          <th scope="col" class="number">after</th>
        </tr>
      </thead>
      <tbody>
        ${alignLayers(before.layers, after.layers).map((pair) => row(pair.before, pair.after))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">All layers</th>
          <td></td>
          <td></td>
          <td></td>
          <td></td>
          ${cells(before.parameters, after.parameters, count)} ${cells(before.macs, after.macs, shortCount)}
        </tr>
      </tfoot>
    </table>
  </div>`;
}

function row(before: LayerInspection | undefined, after: LayerInspection | undefined): TemplateResult {
  const layer = after ?? before;
  const fate = after === undefined ? 'gone' : before === undefined ? 'new' : undefined;
  return html`<tr class=${fate ?? ''}>
    <th scope="row">
      <span class="name">${layer?.name}</span> <span class="secondary">${layer?.type}${fate === undefined ? nothing : `, ${fate}`}</span>
    </th>
    <td>${shape(before)}</td>
    <td class=${shape(before) === shape(after) ? 'same' : 'changed'}>${shape(after)}</td>
    ${cells(before?.channels ?? undefined, after?.channels ?? undefined, count)}
    ${cells(before?.parameters, after?.parameters, count)} ${cells(before?.macs, after?.macs, shortCount)}
  </tr>`;
}

function cells(before: number | undefined, after: number | undefined, text: (value: number) => string): TemplateResult {
  const write = (value: number | undefined): string => (value === undefined ? NONE : text(value));
  return html`<td class="number">${write(before)}</td>
    <td class=${before === after ? 'number same' : 'number changed'}>${write(after)}</td>`;
}

function shape(layer: LayerInspection | undefined): string {
  if (layer === undefined) return NONE;
  return (
    layer.outputShape
      .slice(1)
      .map((size) => size ?? '?')
      .join(' × ') || '1'
  );
}
