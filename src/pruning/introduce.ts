// Puts maxout on a layer of a trained network: n neurons become n / k units, and what read the n reads the units.
//
// The layer behind starts so that it sees, as nearly as k neurons of a unit allow, what it saw before. For each neuron
// a_j of a unit with maximum m, the best multiple of m in place of a_j (least squares over the training set) is
// c_j = E[a_j m] / E[m²]; its weights for m are therefore Σ_j c_j W_j, and the mean that is left, Σ_j W_j (E[a_j] − c_j E[m]),
// goes to its bias. The more alike the neurons of a unit, the less is lost: they are grouped by the cosine of their
// activations, E[a_i a_j] / √(E[a_i²] E[a_j²]). `npm run bench` measures it against grouping neighbours.
import { evaluationBatches } from '../data/batches';
import type { Split } from '../data/dataset';
import { type Engine, outputOf } from '../engines/engine';
import { UserError } from '../errors';
import { consumers, fixed, type Graph, type Node, only, type Shape } from '../model/graph';
import type { Layer, Model } from '../model/model';
import { elementCount, float32, type Tensor } from '../model/tensor';
import { loadValues, type Values, withValues } from '../model/values';
import { NodeEmitter } from '../ops/emitter';
import { operatorOf } from '../ops/index';
import { inferShapes, shapeOf } from '../ops/infer';
import { analyseChannels, type Channels } from './channels';
import { cut, reorder } from './cut';
import { storedAxis } from './layer-channels';
import { MAXOUT, NEURON_AXIS } from './maxout';
import { prunableLayers } from './plan';

export type Grouping = 'similar' | 'neighbours';

/** Samples that the activation statistics are taken of, at most. */
const STATISTICS_SAMPLES = 5_000;
const BATCH = 250;

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
interface Place {
  readonly layer: string;
  /** The value it takes the maximum of: [batch, channels, ...positions], and the layer that makes it. */
  readonly value: string;
  readonly last: Layer;
  readonly channels: number;
  readonly shape: Shape;
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
    node.type === 'BatchNormalization' || operatorOf(node.type).monotone?.(node) === true;
  return nodes.length > 0 && nodes.every(elementwise) ? throughElementwise(model, next) : layer;
}

/** E[a_i a_j] of the channels of a value, over samples and positions: [channels × channels]. */
async function secondMoments(engine: Engine, graph: Graph, split: Split, place: Place): Promise<Float64Array> {
  const emitter = new NodeEmitter('statistics');
  const rows = emitter.op('Reshape', [
    place.shape.length === 4 ? emitter.op('Transpose', [place.value], { perm: [0, 2, 3, 1] }) : place.value,
    emitter.ints([-1, place.channels]),
  ]);
  const product = emitter.op('Gemm', [rows, rows], { transA: 1 });
  const [sums = new Float64Array()] = await sampleSums(engine, graph, split, emitter, [product]);
  return sums;
}

/** Groups of k alike, one after the other: the most alike pair left, then whatever is most like the group so far. */
export function groupSimilar(moments: Float64Array, k: number): number[] {
  const count = Math.sqrt(moments.length);
  const size = (i: number): number => Math.sqrt(moments[i * count + i] as number) || 1;
  const likeness = (i: number, j: number): number => (moments[i * count + j] as number) / (size(i) * size(j));
  const left = new Set(Array.from({ length: count }, (_, i) => i));
  const pairs: [number, number, number][] = [];
  for (let i = 0; i < count; i++) for (let j = i + 1; j < count; j++) pairs.push([likeness(i, j), i, j]);
  pairs.sort((a, b) => b[0] - a[0]);
  const order: number[] = [];
  for (const [, i, j] of pairs) {
    if (!left.has(i) || !left.has(j)) continue;
    const group = [i, j];
    for (const member of group) left.delete(member);
    while (group.length < k) {
      const mean = (candidate: number): number => group.reduce((sum, member) => sum + likeness(member, candidate), 0);
      const best = [...left].reduce((a, b) => (mean(b) > mean(a) ? b : a));
      group.push(best);
      left.delete(best);
    }
    order.push(...group.sort((a, b) => a - b));
  }
  return order;
}

/** The model with the layer's channels in another order: position i holds what was channel order[i]. */
function inOrder(model: Model, layer: string, order: readonly number[]): Model {
  const own = prunableLayers(model, [layer])[0]?.channels ?? new Uint32Array();
  const moved = new Map(order.map((from, to) => [own[to] as number, own[from] as number]));
  return { ...model, graph: reorder(model.graph, analyseChannels(model.graph), moved) };
}

interface UnitStatistics {
  /** Of each neuron: E[a], E[a m]. */
  readonly mean: Float64Array;
  readonly withMaximum: Float64Array;
  /** Of each unit: E[m], E[m²]. */
  readonly maximum: Float64Array;
  readonly maximumSquare: Float64Array;
}

async function unitStatistics(
  engine: Engine,
  graph: Graph,
  split: Split,
  place: Place,
  k: number,
): Promise<UnitStatistics> {
  const emitter = new NodeEmitter('statistics');
  const positions = place.shape.slice(2).map(Number);
  const grouped = emitter.op('Reshape', [place.value, emitter.ints([0, place.channels / k, k, ...positions])]);
  const maximum = emitter.op('ReduceMax', [grouped, emitter.ints([2])], { keepdims: 1 });
  const axes = emitter.ints([0, ...positions.map((_, i) => i + 3)]);
  const sum = (value: string): string => {
    const total = emitter.op('ReduceSum', [value, axes], { keepdims: 0 });
    return emitter.op('Reshape', [total, emitter.ints([-1])]);
  };
  const outputs = [
    sum(grouped),
    sum(emitter.op('Mul', [grouped, maximum])),
    sum(maximum),
    sum(emitter.op('Mul', [maximum, maximum])),
  ];
  const sums = await sampleSums(engine, graph, split, emitter, outputs);
  const count = Math.min(split.count, STATISTICS_SAMPLES) * elementCount(positions);
  const [mean, withMaximum, maxima, squares] = sums.map((total) => total.map((value) => value / count));
  const none = new Float64Array();
  return {
    mean: mean ?? none,
    withMaximum: withMaximum ?? none,
    maximum: maxima ?? none,
    maximumSquare: squares ?? none,
  };
}

/** Runs the graph over some samples and adds up the emitted outputs. */
async function sampleSums(
  engine: Engine,
  graph: Graph,
  split: Split,
  emitter: NodeEmitter,
  outputs: readonly string[],
): Promise<Float64Array[]> {
  const extended = emitter.extend(
    graph,
    outputs.map((name) => ({ name, type: 'float32', shape: ['sums'] })),
  );
  const program = await engine.compile(extended, await loadValues(graph));
  try {
    const input = only(graph.inputs, 'inputs of the model');
    const sample = input.shape.slice(1).map((_, axis) => fixed(input.shape, axis + 1, "the model's input"));
    const totals: Float64Array[] = [];
    for (const indices of evaluationBatches(Math.min(split.count, STATISTICS_SAMPLES), BATCH)) {
      const samples = new Float32Array(indices.length * elementCount(sample));
      await split.read(indices, samples);
      const results = await program.run({ [input.name]: float32([indices.length, ...sample], samples) });
      outputs.forEach((name, i) => {
        const { data } = outputOf(results, name);
        const total = totals[i] ?? new Float64Array(data.length);
        for (let j = 0; j < total.length; j++) total[j] = (total[j] as number) + Number(data[j]);
        totals[i] = total;
      });
    }
    return totals;
  } finally {
    await program.dispose();
  }
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
  const merged = mergeReaders(behind, channels, own, values, k, statistics, place);
  const removed = new Set(Array.from(own).filter((_, neuron) => neuron % k !== 0));
  const narrow = cut(withValues(behind, merged), channels, removed);

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

/** For every kernel that reads the channels: the first neuron of each unit gets the unit's weights, the bias what is left. */
function mergeReaders(
  behind: Graph,
  channels: Channels,
  own: Uint32Array,
  values: Values,
  k: number,
  statistics: UnitStatistics,
  place: Place,
): Values {
  const merged = new Map(values);
  const neuronOf = new Map(Array.from(own, (channel, neuron) => [channel, neuron]));
  const kernels = new Set<string>();
  for (const node of behind.nodes) {
    const read = operatorOf(node.type).contracts?.(node, (value) => shapeOf(channels.shapes, value));
    const axis = read && storedAxis(behind, read.weight);
    const reading = axis && channels.of(axis.value, axis.axis);
    if (!axis || !reading?.some((channel) => neuronOf.has(channel))) continue;
    if (kernels.has(axis.value))
      throw new UserError(`Layer "${place.layer}" can't take a maxout: "${axis.value}" reads it twice.`);
    kernels.add(axis.value);
    const kernel = merged.get(axis.value) as Tensor;
    const produced = operatorOf(node.type).produces?.(node, (value) => shapeOf(channels.shapes, value));
    const made = produced && storedAxis(behind, produced.weight);
    const shift = mergeKernel(kernel, axis.axis, made?.axis ?? 0, reading, neuronOf, k, statistics);
    merged.set(axis.value, float32(kernel.shape, shift.kernel));
    const bias = merged.get(node.inputs[2] ?? '');
    if (bias && bias.data.length === shift.bias.length) {
      const data = Float32Array.from(bias.data as Float32Array, (value, i) => value + (shift.bias[i] as number));
      merged.set(node.inputs[2] ?? '', float32(bias.shape, data));
    }
  }
  for (const [name, weight] of behind.weights) {
    const tied = weight.shape.some((_, axis) => channels.of(name, axis)?.some((channel) => neuronOf.has(channel)));
    if (tied && !kernels.has(name)) {
      throw new UserError(`Layer "${place.layer}" can't take a maxout: "${name}" works on its neurons one by one.`);
    }
  }
  return merged;
}

/**
 * Along the reading axis, a unit's weights go to where its first neuron's were (on a flattened image, position by
 * position). Returns the new kernel and the shift of the mean, per output.
 */
function mergeKernel(
  kernel: Tensor,
  axis: number,
  outputAxis: number,
  reading: Uint32Array,
  neuronOf: ReadonlyMap<number, number>,
  k: number,
  { mean, withMaximum, maximum, maximumSquare }: UnitStatistics,
): { kernel: Float32Array; bias: Float64Array } {
  const firsts = firstPositions(reading, neuronOf, k);
  const source = kernel.data as Float32Array;
  const result = Float32Array.from(source);
  const bias = new Float64Array(kernel.shape[outputAxis] ?? 1);
  const inner = elementCount(kernel.shape.slice(axis + 1));
  const outputInner = elementCount(kernel.shape.slice(outputAxis + 1));
  const size = kernel.shape[axis] ?? 1;
  // Every unit starts from nothing; each neuron then adds its share.
  source.forEach((_, i) => {
    if (neuronOf.has(reading[Math.floor(i / inner) % size] as number)) result[i] = 0;
  });
  source.forEach((value, i) => {
    const position = Math.floor(i / inner) % size;
    const neuron = neuronOf.get(reading[position] as number);
    if (neuron === undefined) return;
    const unit = Math.floor(neuron / k);
    const square = maximumSquare[unit] as number;
    const share = square > 0 ? (withMaximum[neuron] as number) / square : 0;
    const target = i + ((firsts[position] as number) - position) * inner;
    result[target] = (result[target] as number) + share * value;
    const output = Math.floor(i / outputInner) % bias.length;
    bias[output] = (bias[output] as number) + value * ((mean[neuron] as number) - share * (maximum[unit] as number));
  });
  return { kernel: result, bias };
}

/** For every position of a reading axis, the position of the first neuron of its unit, at the same place of the image. */
function firstPositions(reading: Uint32Array, neuronOf: ReadonlyMap<number, number>, k: number): Uint32Array {
  const positions = new Map<number, number[]>();
  reading.forEach((channel, position) => {
    const neuron = neuronOf.get(channel);
    if (neuron !== undefined) positions.set(neuron, [...(positions.get(neuron) ?? []), position]);
  });
  const seen = new Map<number, number>();
  return Uint32Array.from(reading, (channel, position) => {
    const neuron = neuronOf.get(channel);
    if (neuron === undefined) return position;
    const occurrence = seen.get(neuron) ?? 0;
    seen.set(neuron, occurrence + 1);
    return positions.get(neuron - (neuron % k))?.[occurrence] ?? position;
  });
}

/** The layer's name with _maxout behind it, or a number more where that is taken. */
function maxoutName(model: Model, layer: string): string {
  const taken = new Set(model.layers.map(({ name }) => name));
  let name = `${layer}_maxout`;
  for (let i = 1; taken.has(name); i++) name = `${layer}_maxout_${i}`;
  return name;
}
