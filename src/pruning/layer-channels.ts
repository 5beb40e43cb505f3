// The channels of a layer, as a person counts them: the neurons of a Dense, the filters of a Conv2D.
import { UserError } from '../errors';
import { type Graph, type Node, nodesByLayer } from '../model/graph';
import type { Layer, Model } from '../model/model';
import { elementCount } from '../model/tensor';
import { shapeOf } from '../ops/infer';
import type { Axis } from '../ops/operator';
import { type Channels, produced } from './channels';
import { fixedValues } from './fixed-values';
import { remembered } from './remembered';

export interface LayerChannels {
  /** The layer's name; with the weight's behind it where a layer makes several (the query of an attention). */
  readonly name: string;
  readonly layer: Layer;
  /** The value and axis in which the layer's weights make them. */
  readonly output: Axis;
  /** The weight, as stored, and its axis along which each slice belongs to one. */
  readonly weight: Axis;
  /** The same as the layer reads it: laid out anew, scaled, taken out of its quantisation. */
  readonly read: Axis;
  /** Channel of each neuron, in order. */
  readonly channels: Uint32Array;
  /** Why none of them can be cut; undefined where some can. */
  readonly frozen: string | undefined;
  /** Others by name that share channels with it: they are cut together. */
  readonly coupled: readonly string[];
}

type Made = Pick<LayerChannels, 'layer' | 'output' | 'weight' | 'read' | 'channels'>;

/** What makes channels, in the model's order. */
export function layerChannels(model: Model, channels: Channels): readonly LayerChannels[] {
  let known = found.get(channels)?.get(model.layers);
  if (known === undefined) {
    known = findLayerChannels(model, channels);
    found.set(channels, (found.get(channels) ?? new WeakMap()).set(model.layers, known));
  }
  return known;
}

/** What was found, by channels and layers: a plan, its measure and its prediction all ask. */
const found = new WeakMap<Channels, WeakMap<readonly Layer[], readonly LayerChannels[]>>();

function findLayerChannels(model: Model, channels: Channels): LayerChannels[] {
  const nodes = nodesByLayer(model.graph);
  const stored = storedAxes(model.graph, channels);
  const made = model.layers.flatMap((layer) => {
    const own = madeBy(layer, nodes.get(layer.name) ?? [], channels, stored);
    return own.map((entry) => ({ ...entry, name: own.length === 1 ? layer.name : partName(entry) }));
  });
  const makers = makersOf(made, channels.bound);
  return made.map((entry) => {
    const coupled = new Set<string>();
    let last: readonly string[] = [];
    for (let i = 0; i < entry.channels.length; i++) {
      const names = makers(entry.channels[i] as number);
      if (names === last) continue;
      last = names;
      for (const name of names) if (name !== entry.name) coupled.add(name);
    }
    return { ...entry, frozen: frozenWhole(entry.channels, channels), coupled: [...coupled] };
  });
}

/** Why none of some channels can be cut; undefined where one can. */
function frozenWhole(own: Uint32Array, channels: Channels): string | undefined {
  for (const channel of own) if (channels.frozen(channel) === undefined) return undefined;
  return own[0] === undefined ? undefined : channels.frozen(own[0]);
}

/** The names of all that makes a channel: one list for all channels made by the same, as there may be a great many. */
function makersOf(
  made: readonly { readonly name: string; readonly channels: Uint32Array }[],
  bound: number,
): (channel: number) => readonly string[] {
  const lists: (readonly string[])[] = [[]];
  const listOf = new Uint32Array(bound);
  for (const { name, channels } of made) {
    const longer = new Map<number, number>();
    // Lists that are there already are of other layers; a channel that comes again has its new one.
    const first = lists.length;
    let [before, list] = [-1, 0];
    for (let i = 0; i < channels.length; i++) {
      const channel = channels[i] as number;
      const own = listOf[channel] as number;
      if (own >= first) continue;
      if (own !== before) {
        before = own;
        list = longer.get(own) ?? lists.push([...(lists[own] ?? []), name]) - 1;
        longer.set(own, list);
      }
      listOf[channel] = list;
    }
  }
  return (channel) => lists[listOf[channel] ?? 0] ?? [];
}

/** Those of a name; a layer's name stands for all of its parts. Throws UserError where there are none. */
export function layersNamed(layers: readonly LayerChannels[], wanted: string): LayerChannels[] {
  const found = layers.filter(({ name, layer }) => name === wanted || layer.name === wanted);
  if (found.length > 0) return found;
  const names = layers.map(({ name }) => name).join(', ');
  throw new UserError(`There is no layer "${wanted}" with channels. The model has ${names}.`);
}

/** One entry for each weight along which a layer makes channels, however often the layer is used. */
function madeBy(layer: Layer, nodes: readonly Node[], channels: Channels, stored: StoredAxes): Made[] {
  const found = new Map<string, Made>();
  for (const node of nodes) {
    const axes = produced(node, channels.shapes);
    const own = axes && channels.of(axes.output.value, axes.output.axis);
    const weight = axes && stored(axes.weight);
    if (!axes || !own || !weight || found.has(weight.value)) continue;
    found.set(weight.value, { layer, output: axes.output, weight, read: axes.weight, channels: own });
  }
  return [...found.values()];
}

/** attention/query for the weight attention/query/kernel: what tells a layer's weights apart. */
function partName({ layer, weight }: Made): string {
  const own = weight.value.startsWith(`${layer.name}/`) ? weight.value.slice(layer.name.length + 1) : weight.value;
  const [first = own, ...others] = own.split('/');
  return `${layer.name}/${others.length > 0 ? [first, ...others.slice(0, -1)].join('/') : own}`;
}

type StoredAxes = (axis: Axis) => Axis | undefined;

/** The weight, and the axis of it, that an axis of a value made from it lies on. */
export function storedAxis(graph: Graph, channels: Channels, axis: Axis): Axis | undefined {
  return storedAxes(graph, channels)(axis);
}

function storedAxes(graph: Graph, channels: Channels): StoredAxes {
  const producers = producersOf(graph);
  return ({ value, axis }) => {
    const name = weightBehind(graph, producers, value);
    if (name === undefined || name === value) return name === undefined ? undefined : { value, axis };
    const wanted = new Set(channels.of(value, axis));
    const shape = shapeOf(channels.shapes, name);
    // Of several axes that share channels with it, the one that shares the most is the one it lies on.
    const shared = shape.map((_, i) => (channels.of(name, i) ?? []).filter((channel) => wanted.has(channel)).length);
    const best = shared.indexOf(Math.max(...shared));
    return shared[best] === 0 ? undefined : { value: name, axis: best };
  };
}

/** The weight that a value is made from by nothing but Transpose, Reshape and the like, or by scales and shifts. */
export function storedWeight(graph: Graph, value: string): string | undefined {
  return weightBehind(graph, producersOf(graph), value);
}

/** Whether what a layer reads as its weight has other values than the weight as it is stored. */
export function isChanged(graph: Graph, value: string): boolean {
  const producers = producersOf(graph);
  let current = value;
  while (!graph.weights.has(current)) {
    const node = producers.get(current);
    if (node === undefined || !LAYOUT.has(node.type) || node.type === 'DequantizeLinear') return true;
    current = node.inputs[0] ?? '';
  }
  return false;
}

const producersOf = remembered(
  (graph: Graph): ReadonlyMap<string, Node> =>
    new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const))),
);

/** Operators that lay a weight out anew, or take it out of how it is stored. */
const LAYOUT: ReadonlySet<string> = new Set([
  'Transpose',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Identity',
  'Cast',
  'Concat',
  'Split',
  'DequantizeLinear',
]);

/** Operators by which weights and constants change another: a scale of each channel, a mask, an update of low rank. */
const SCALING: ReadonlySet<string> = new Set(['Add', 'Div', 'Mul', 'Sub']);

function weightBehind(graph: Graph, producers: ReadonlyMap<string, Node>, value: string): string | undefined {
  let current = value;
  while (!graph.weights.has(current)) {
    const node = producers.get(current);
    if (node === undefined) return undefined;
    if (SCALING.has(node.type)) return largestBehind(graph, producers, node);
    if (!LAYOUT.has(node.type)) return undefined;
    current = node.inputs[0] ?? '';
  }
  return current;
}

/** Of what is made of weights and constants alone, the largest: the others change it. */
function largestBehind(graph: Graph, producers: ReadonlyMap<string, Node>, node: Node): string | undefined {
  const fixed = fixedValues(graph);
  if (!node.inputs.every((name) => fixed.has(name))) return undefined;
  let largest: string | undefined;
  for (const name of node.inputs) {
    const found = weightBehind(graph, producers, name);
    if (found !== undefined && sizeOf(graph, found) > sizeOf(graph, largest)) largest = found;
  }
  return largest;
}

function sizeOf({ weights }: Graph, name: string | undefined): number {
  return elementCount(weights.get(name ?? '')?.shape ?? [0]);
}
