// Hovers on a model.json: a layer, a weight of the manifest, a shard, the model as a whole.
import type { Hover } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { bytes, change, count, counted, percent } from '../numbers';
import type { LayerInspection, ModelInspection } from '../pruning/inspect';
import { type Tie, tiesOf } from './coupling';
import { layerFigures, listed, modelFigures, openShape, weightShape } from './figures';
import { halfOf } from './half';
import { contains } from './json-text';
import { code } from './markdown';
import type { ModelAnalysis, ModelFigures } from './model-analysis';
import { layerAt } from './model-places';
import { rangeOf, type Span } from './ranges';

export function modelHover(
  document: TextDocument,
  { places, figures }: ModelAnalysis,
  offset: number,
): Hover | undefined {
  if (figures === undefined) return undefined;
  const hover = (span: Span, text: string | undefined): Hover | undefined =>
    text === undefined ? undefined : { contents: { kind: 'markdown', value: text }, range: rangeOf(document, span) };
  const layer = layerAt(places.tree, offset);
  if (layer !== undefined) {
    // A maxout is spelled as three layers and hovered at any of them.
    const name = [...places.layers].findLast(([, { node }]) => node === layer.node)?.[0] ?? layer.name;
    return hover(layer.nameNode, layerText(figures, name));
  }
  for (const weight of places.weights.values()) {
    if (contains(weight.node, offset)) return hover(weight.nameNode, weightText(figures, weight.name));
  }
  const shard = places.shards.find(({ node }) => contains(node, offset));
  if (shard !== undefined) return hover(shard.node, shardText(figures, shard.group));
  const { topologyKey } = places;
  if (topologyKey && contains(topologyKey, offset)) return hover(topologyKey, modelText(figures.inspection));
  return undefined;
}

function modelText(inspection: ModelInspection): string {
  const widest = inspection.layers.filter(({ parameters }) => parameters > 0);
  const most = [...widest].sort((a, b) => b.parameters - a.parameters).slice(0, 3);
  return [
    `**${code(inspection.name)}** · ${counted(inspection.layers.length, 'layer')}`,
    modelFigures(inspection),
    `Most parameters: ${most.map(({ name, share }) => `${code(name)} (${percent(share)})`).join(', ')}`,
  ].join('\n\n');
}

function layerText(figures: ModelFigures, name: string): string | undefined {
  const { inspection } = figures;
  const layer = inspection.layers.find((candidate) => candidate.name === name);
  if (layer === undefined) return undefined;
  return [
    `**${code(layer.name)}** · ${code(layer.type)}`,
    `${inputText(layer, inspection)} → ${openShape(layer.outputShape)}`,
    layer.channels !== null || layer.parameters > 0 ? layerFigures(layer) : undefined,
    layer.macs > 0 ? `${count(layer.macs)} multiply-accumulates (${percent(layer.macs / inspection.macs)})` : undefined,
    layer.weights.map(({ name: weight, shape }) => `- ${code(weight)} ${weightShape(shape)}`).join('\n') || undefined,
    coupledText(figures, layer),
    layer.channels === null
      ? undefined
      : layer.prunable
        ? halfText(figures, layer)
        : `Its channels can't be cut: ${layer.reason}.`,
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

function inputText({ from }: LayerInspection, { layers, inputs }: ModelInspection): string {
  const sources = from.flatMap((name) => layers.find((layer) => layer.name === name) ?? []);
  const shapes = sources.length > 0 ? sources.map(({ outputShape }) => outputShape) : inputs.map(({ shape }) => shape);
  return listed(shapes.map(openShape));
}

function coupledText(figures: ModelFigures, { name, coupled }: LayerInspection): string | undefined {
  if (coupled === undefined) return undefined;
  const ties = tiesOf(figures, name);
  const why = ties.length === 0 ? '' : `: ${tieText(ties)}`;
  return `Cut together with ${listed(coupled.map(code), 6)}${why}.`;
}

function tieText(ties: readonly Tie[]): string {
  const named = (how: Tie['how']): string[] =>
    ties.filter((tie) => tie.how === how).map(({ layer, type }) => `${code(layer)} (${type})`);
  const [joins, passes] = [named('join'), named('pass')];
  return [
    joins.length > 0 && `${listed(joins)} ${joins.length === 1 ? 'puts' : 'put'} their channels together`,
    passes.length > 0 && `${listed(passes)} ${passes.length === 1 ? 'makes' : 'make'} one channel of each`,
  ]
    .filter((part) => part !== false)
    .join('; ');
}

function halfText(figures: ModelFigures, { name }: LayerInspection): string | undefined {
  const half = halfOf(figures, name);
  const [own, ...others] = half?.layers ?? [];
  if (half === undefined || own === undefined) return undefined;
  const { parameters, macs, bytes: size } = figures.inspection;
  const also = others.length === 0 ? '' : `, and with it ${listed(others.map((layer) => code(layer.name)))}`;
  return (
    `Half of its channels cut (${count(own.before)} → ${count(own.after)}${also}): ` +
    `parameters ${change(parameters, half.cost.parameters)}, MACs ${change(macs, half.cost.macs)}, ` +
    `${bytes(size)} → ${bytes(half.cost.bytes)}.`
  );
}

function weightText({ model, manifest }: ModelFigures, name: string): string | undefined {
  const entry = manifest.flatMap(({ weights }) => weights).find((weight) => weight.name === name);
  if (entry === undefined) return undefined;
  const reader = model.layers.find(({ weights }) => weights.includes(name));
  const { type, quantization } = entry.storage;
  return [
    `**${code(name)}** · ${weightShape(entry.shape)}`,
    `${bytes(entry.bytes)} of ${type}${quantization ? ', quantised' : ''}`,
    reader ? `Read by ${code(reader.name)} (${reader.type}).` : 'No layer reads it.',
  ].join('\n\n');
}

function shardText({ manifest }: ModelFigures, index: number): string | undefined {
  const group = manifest[index];
  if (group === undefined) return undefined;
  const size = group.weights.reduce((sum, weight) => sum + weight.bytes, 0);
  const of = group.paths.length === 1 ? 'The file holds' : `The ${count(group.paths.length)} files of this group hold`;
  return `${of} ${counted(group.weights.length, 'weight')}, ${count(size)} bytes.`;
}
