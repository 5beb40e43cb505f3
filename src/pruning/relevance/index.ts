// Measures by name, and how all layers of a model are scored in one pass over the data.
import { evaluationBatches } from '../../data/batches';
import type { Split } from '../../data/dataset';
import { type Engine, outputOf } from '../../engines/engine';
import { UserError } from '../../errors';
import { consumers, fixed, type Graph, only } from '../../model/graph';
import type { Model } from '../../model/model';
import { elementCount, float32 } from '../../model/tensor';
import type { Values } from '../../model/values';
import { NodeEmitter } from '../../ops/emitter';
import { operatorOf } from '../../ops/index';
import { inferShapes, shapeOf } from '../../ops/infer';
import { output } from '../../ops/operator';
import { random } from '../../random';
import { analyseChannels } from '../channels';
import { type LayerChannels, layerChannels } from '../layer-channels';
import { countedValue, findMaxouts } from '../maxout';
import { apoz } from './apoz';
import { l1Norm } from './l1-norm';
import { maxoutWins } from './maxout-wins';
import { meanActivation } from './mean-activation';
import type { Measure, Site } from './measure';
import { randomScores } from './random';

export const MEASURES: ReadonlyMap<string, Measure> = new Map(
  [maxoutWins, l1Norm, meanActivation, apoz, randomScores].map((measure) => [measure.name, measure]),
);

export function measureOf(name: string): Measure {
  const measure = MEASURES.get(name);
  if (measure === undefined)
    throw new UserError(`There is no measure "${name}". Known: ${[...MEASURES.keys()].join(', ')}.`);
  return measure;
}

/** The scores of a layer's channels. */
export interface LayerRelevance {
  readonly layer: string;
  readonly scores: Float64Array;
  /** Observations behind each score: samples × positions; 0 where no data was read. */
  readonly observations: number;
  /** Neurons a unit, where the layer feeds a maxout (or competes as if it did). */
  readonly neurons?: number;
  /** Name of the maxout layer it feeds, if any. */
  readonly maxout?: string;
}

export interface RelevanceOptions {
  /** Neurons a unit where the model has no maxout. */
  readonly k: number;
  readonly seed: number;
  /** Only these layers; default all that have channels to cut. */
  readonly layers?: readonly string[];
  onProgress?(samples: number, of: number): void;
  stopped?(): boolean;
}

/** Samples a run: as many as keep the engine busy. */
const BATCH = 250;

/** Scores every layer with channels that can be cut. */
export async function measureRelevance(
  measure: Measure,
  model: Model,
  engine: Engine,
  values: Values,
  split: Split | undefined,
  options: RelevanceOptions,
): Promise<LayerRelevance[]> {
  const channels = analyseChannels(model.graph);
  const layers = layerChannels(model, channels).filter(({ layer, frozen }) =>
    options.layers ? options.layers.includes(layer.name) : frozen === undefined,
  );
  const { fromWeights, fromActivations, fromNothing } = measure;
  const result = (layer: LayerChannels, scores: Float64Array): LayerRelevance => ({
    layer: layer.layer.name,
    scores,
    observations: 0,
  });
  if (fromNothing) {
    return layers.map((layer) => {
      return result(layer, fromNothing(layer.channels.length, random(options.seed, 'relevance', layer.layer.name)));
    });
  }
  if (fromWeights) {
    return layers.map((layer) => {
      const kernel = values.get(layer.weight.value);
      if (kernel === undefined) throw new Error(`no values for weight "${layer.weight.value}"`);
      return result(layer, fromWeights(kernel, layer.weight.axis));
    });
  }
  if (!fromActivations || split === undefined)
    throw new UserError(`The measure "${measure.name}" needs data: give --data.`);

  const sites = layers.map((layer) => ({ layer, site: siteOf(model, layer, options.k) }));
  const emitter = new NodeEmitter('relevance');
  const sums = sites.map(({ site }) => emitter.op('Identity', [fromActivations(emitter, site)]));
  const graph = emitter.extend(
    model.graph,
    sums.map((name, i) => ({ name, type: 'float32', shape: [sites[i]?.site.channels ?? 0] })),
  );
  const totals = await sumOver(engine, neededFor(graph), values, split, options);
  return sites.map(({ layer, site }, i) => ({
    layer: layer.layer.name,
    scores: totals[i] ?? new Float64Array(site.channels),
    observations: split.count * elementCount(site.positions),
    ...(measure === maxoutWins && { neurons: site.neurons }),
    ...(site.maxout !== undefined && { maxout: site.maxout }),
  }));
}

/** Runs a graph over a split and adds up its outputs. */
async function sumOver(engine: Engine, graph: Graph, values: Values, split: Split, options: RelevanceOptions) {
  const program = await engine.compile(graph, values);
  try {
    const input = only(graph.inputs, 'inputs of the model');
    const sample = input.shape.slice(1).map((_, axis) => fixed(input.shape, axis + 1, "the model's input"));
    const totals = graph.outputs.map(({ shape }) => new Float64Array(fixed(shape, 0)));
    let done = 0;
    for (const indices of evaluationBatches(split.count, BATCH)) {
      const samples = new Float32Array(indices.length * elementCount(sample));
      await split.read(indices, samples);
      const outputs = await program.run({ [input.name]: float32([indices.length, ...sample], samples) });
      graph.outputs.forEach(({ name }, i) => {
        const total = totals[i] as Float64Array;
        const { data } = outputOf(outputs, name);
        for (let channel = 0; channel < total.length; channel++) {
          total[channel] = (total[channel] as number) + Number(data[channel]);
        }
      });
      done += indices.length;
      options.onProgress?.(done, split.count);
      if (options.stopped?.()) throw new Stopped();
    }
    return totals;
  } finally {
    await program.dispose();
  }
}

/** A person stopped the session. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Where a layer's channels are observed, and which compete. */
function siteOf(model: Model, { output: made }: LayerChannels, k: number): Site {
  const { graph } = model;
  const maxout = findMaxouts(model).find(({ input }) => behind(graph, countedValue(graph, input)) === made.value);
  const before = maxout ? countedValue(graph, maxout.input) : throughAffine(graph, made.value);
  const shape = shapeOf(inferShapes(graph), before);
  if (made.axis !== 1 || (shape.length !== 2 && shape.length !== 4)) {
    throw new UserError(`relevance over activations of shape [${shape.join(', ')}] is not known yet`);
  }
  return {
    before,
    after: throughActivation(graph, before),
    channels: fixed(shape, 1),
    rank: shape.length,
    positions: shape.slice(2).map((_, i) => fixed(shape, i + 2, 'the activation')),
    neurons: maxout?.neurons ?? k,
    ...(maxout && { maxout: maxout.layer.name }),
  };
}

/** Whether a node only scales and shifts each channel: it belongs to the pre-activation. */
function isAffine(graph: Graph, type: string, inputs: readonly string[]): boolean {
  return type === 'BatchNormalization' || (type === 'Add' && graph.weights.has(inputs[1] ?? ''));
}

/** From the value a kernel makes to the end of its bias and normalisation. */
function throughAffine(graph: Graph, value: string): string {
  const [next, ...others] = consumers(graph, value);
  return next && others.length === 0 && isAffine(graph, next.type, next.inputs)
    ? throughAffine(graph, output(next))
    : value;
}

/** From a pre-activation back to the value the kernel makes. */
function behind(graph: Graph, value: string): string {
  const node = graph.nodes.find(({ outputs }) => outputs.includes(value));
  return node && isAffine(graph, node.type, node.inputs) ? behind(graph, node.inputs[0] ?? '') : value;
}

/** To the end of the activation function, if one follows. */
function throughActivation(graph: Graph, value: string): string {
  const [next, ...others] = consumers(graph, value);
  const activation = next && others.length === 0 && operatorOf(next.type).monotone?.(next) && next.type !== 'Dropout';
  return next && activation ? output(next) : value;
}

/** The graph without the nodes that no output needs. */
function neededFor(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes = [...graph.nodes].reverse().filter((node) => {
    if (!node.outputs.some((value) => needed.has(value))) return false;
    for (const value of node.inputs) needed.add(value);
    return true;
  });
  return { ...graph, nodes: nodes.reverse() };
}
