// Puts maxout on a layer of a trained network: n neurons become n / k units, and what read the n reads the units.
//
// The layer behind starts so that it sees, as nearly as k neurons of a unit allow, what it saw before. For each neuron
// a_j of a unit with maximum m, the best multiple of m in place of a_j (least squares over the training set) is
// c_j = E[a_j m] / E[m²]; its weights for m are therefore Σ_j c_j W_j, and the mean that is left, Σ_j W_j (E[a_j] − c_j E[m]),
// goes to its bias. The more alike the neurons of a unit, the less is lost: they are grouped by the cosine of their
// activations, E[a_i a_j] / √(E[a_i²] E[a_j²]). `npm run bench` measures it against grouping neighbours.
import type { Split } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { UserError } from '../errors';
import { consumers, type Graph, type Node } from '../model/graph';
import type { Layer, Model } from '../model/model';
import { loadValues, withValues } from '../model/values';
import { NodeEmitter } from '../ops/emitter';
import { operatorFor } from '../ops/index';
import { inferShapes, shapeOf } from '../ops/infer';
import { analyseChannels } from './channels';
import { cut, reorder } from './cut';
import { groupSimilar } from './grouping';
import { MAXOUT, NEURON_AXIS } from './maxout';
import { mergeReaders } from './merge';
import { prunableLayers } from './plan';
import { type Observed, secondMoments, type UnitStatistics, unitStatistics } from './statistics';

export type Grouping = 'similar' | 'neighbours';

/**
 * The model with a maxout of k neurons a unit behind a layer; its weights are in memory.
 * Throws UserError where the layer's channels can't be pruned, don't divide by k or are tied to another layer's.
 */
export async function introduceMaxout(
  model: Model,
  layerName: string,
  k: number,
  engine: Engine,
  split: Split,
  grouping: Grouping = 'similar',
): Promise<Model> {
  const place = placeFor(model, layerName, k);
  const ordered =
    grouping === 'similar'
      ? inOrder(model, layerName, groupSimilar(await secondMoments(engine, model.graph, split, place), k))
      : model;
  const statistics = await unitStatistics(engine, ordered.graph, split, place, k);
  return insert(ordered, place, k, statistics);
}

/** Where a maxout comes to stand. */
interface Place extends Observed {
  readonly layer: string;
  /** The layer that makes the value it takes the maximum of. */
  readonly last: Layer;
}

function placeFor(model: Model, name: string, k: number): Place {
  const [found] = prunableLayers(model, [name]);
  if (found === undefined) throw new Error(`no layer "${name}"`);
  const { channels, coupled } = found;
  if (!Number.isInteger(k) || k < 2) throw new UserError(`Maxout wants at least 2 neurons a unit, k is ${k}.`);
  if (channels.length % k !== 0) {
    throw new UserError(`Layer "${name}" has ${channels.length} neurons, which do not divide into units of ${k}.`);
  }
  if (coupled.length > 0) {
    throw new UserError(
      `Layer "${name}" can't take a maxout: its channels are tied to those of ${coupled.join(', ')}.`,
    );
  }
  const last = throughElementwise(model, found.layer);
  const shape = shapeOf(inferShapes(model.graph), last.output);
  if (found.output.axis !== NEURON_AXIS || (shape.length === 4 && !last.channelsFirst)) {
    throw new UserError(
      `Layer "${name}" can't take a maxout: only Dense and Conv2D layers on [batch, channels] or images can.`,
    );
  }
  return { layer: name, value: last.output, last, channels: channels.length, shape };
}

/** The last of the layers behind it that work element by element: normalisation, activation, dropout. */
function throughElementwise(model: Model, layer: Layer): Layer {
  const readers = model.layers.filter(({ inputs }) => inputs.includes(layer.output));
  const [next] = readers;
  if (next === undefined || readers.length > 1 || consumers(model.graph, layer.output).length !== 1) return layer;
  const nodes = model.graph.nodes.filter((node) => node.layer === next.name);
  const elementwise = (node: Node): boolean =>
    node.type === 'BatchNormalization' || operatorFor(node)?.monotone?.(node) === true;
  return nodes.length > 0 && nodes.every(elementwise) ? throughElementwise(model, next) : layer;
}

/** The model with the layer's channels in another order: position i holds what was channel order[i]. */
function inOrder(model: Model, layer: string, order: readonly number[]): Model {
  const own = prunableLayers(model, [layer])[0]?.channels ?? new Uint32Array();
  const moved = new Map(order.map((from, to) => [own[to] as number, own[from] as number]));
  return { ...model, graph: reorder(model.graph, analyseChannels(model.graph), moved) };
}

/**
 * Puts the maxout behind `place` and shrinks what comes after it: the part of the graph behind it is cut on its own,
 * with the place as its input, down to the first neuron of every unit, whose weights then stand for the unit.
 */
async function insert(model: Model, place: Place, k: number, statistics: UnitStatistics): Promise<Model> {
  const { graph } = model;
  const behind = partBehind(graph, place);
  const channels = analyseChannels(behind, { free: new Set([place.value]) });
  const own = channels.of(place.value, NEURON_AXIS) ?? new Uint32Array();
  const reason = Array.from(own, (channel) => channels.frozen(channel)).find((text) => text !== undefined);
  if (reason !== undefined) throw new UserError(`Layer "${place.layer}" can't take a maxout: ${reason}.`);
  const values = await loadValues(behind);
  const merged = mergeReaders(behind, channels, own, values, k, statistics, place.layer);
  const removed = new Set(Array.from(own).filter((_, neuron) => neuron % k !== 0));
  const narrow = cut(withValues(behind, merged, values), channels, removed);

  const name = maxoutName(model, place.layer);
  const emitter = new NodeEmitter(name);
  emitter.layer = name;
  const positions = place.shape.slice(2).map(Number);
  const grouped = emitter.op('Reshape', [place.value, emitter.ints([0, place.channels / k, -1, ...positions])]);
  const maximum = emitter.op('ReduceMax', [grouped, emitter.ints([2])], { keepdims: 0 });
  const renamed = (value: string): string => (value === place.value ? maximum : value);
  const moved = new Set(behind.nodes.map((node) => node.name));
  const nodes = [
    ...graph.nodes.filter((node) => !moved.has(node.name)),
    ...emitter.nodes,
    ...narrow.nodes.map((node) => ({ ...node, inputs: node.inputs.map(renamed) })),
  ];
  const layer: Layer = {
    name,
    type: MAXOUT,
    inputs: [place.value],
    output: maximum,
    channelsFirst: place.last.channelsFirst,
    weights: [],
  };
  const layers = model.layers.flatMap((other) => {
    const rewired = { ...other, inputs: other.inputs.map(renamed) };
    return other.name === place.last.name ? [rewired, layer] : [rewired];
  });
  return {
    ...model,
    graph: {
      ...graph,
      nodes,
      weights: new Map([...graph.weights, ...narrow.weights]),
      constants: new Map([...graph.constants, ...narrow.constants, ...emitter.constants]),
    },
    layers,
  };
}

/** Everything that depends on the place's value, with the weights it reads, as a graph of its own. */
function partBehind(graph: Graph, place: Place): Graph {
  const dependent = new Set([place.value]);
  const nodes = new Set<Node>();
  for (const node of graph.nodes) {
    if (!node.inputs.some((value) => dependent.has(value))) continue;
    nodes.add(node);
    for (const value of node.outputs) dependent.add(value);
  }
  // What prepares their weights (a Transpose) belongs to them.
  const prepared = new Set<string>(graph.weights.keys());
  const preparing = graph.nodes.filter((node) => {
    const onlyWeights = node.inputs.every((value) => prepared.has(value) || graph.constants.has(value));
    if (onlyWeights) for (const value of node.outputs) prepared.add(value);
    return onlyWeights;
  });
  for (const node of [...preparing].reverse()) {
    if ([...nodes].some(({ inputs }) => inputs.some((value) => node.outputs.includes(value)))) nodes.add(node);
  }
  const own = graph.nodes.filter((node) => nodes.has(node));
  const made = new Set(own.flatMap(({ outputs }) => outputs));
  const read = new Set(own.flatMap(({ inputs }) => inputs));
  const shapes = inferShapes(graph);
  const outside = [...read].filter(
    (value) => !made.has(value) && !graph.weights.has(value) && !graph.constants.has(value) && value,
  );
  return {
    inputs: outside.map((name) => ({ name, type: 'float32', shape: shapeOf(shapes, name) })),
    outputs: graph.outputs,
    nodes: own,
    weights: new Map([...graph.weights].filter(([name]) => read.has(name))),
    constants: graph.constants,
  };
}

/** The layer's name with _maxout behind it, or a number more where that is taken. */
function maxoutName(model: Model, layer: string): string {
  const taken = new Set(model.layers.map(({ name }) => name));
  let name = `${layer}_maxout`;
  for (let i = 1; taken.has(name); i++) name = `${layer}_maxout_${i}`;
  return name;
}
