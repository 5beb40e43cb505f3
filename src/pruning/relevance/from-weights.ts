// Scores from the layers' weights, one layer after the other.
import { type Engine, outputOf } from '../../engines/engine';
import { messageOf, UserError } from '../../errors';
import type { Graph } from '../../model/graph';
import type { Model } from '../../model/model';
import { needed } from '../../model/needed';
import { loadValues } from '../../model/values';
import { float32Weight, type Weight } from '../../model/weight';
import { inferShapes } from '../../ops/infer';
import type { Channels } from '../channels';
import { isChanged, type LayerChannels, storedWeight } from '../layer-channels';
import type { LayerWeights, Measure } from './measure';
import type { LayerRelevance } from './score';
import type { Sites } from './site';

export async function fromWeights(
  measure: Measure,
  model: Model,
  engine: Engine,
  channels: Channels,
  layers: readonly LayerChannels[],
  sites: Sites,
): Promise<LayerRelevance[]> {
  const measured: LayerRelevance[] = [];
  for (const layer of layers) {
    const slices = await measure.fromWeights?.(await weightsOf(model, engine, layer, sites));
    // A layer that lacks what the measure reads is left out.
    if (slices) measured.push({ layer: layer.name, scores: byNeuron(slices, layer, channels), observations: 0 });
  }
  if (measured.length === 0 && layers.length > 0) {
    const names = layers.map(({ name }) => `"${name}"`).join(', ');
    throw new UserError(
      `The measure "${measure.name}" (${measure.description.replace(/\.$/, '')}) can't score any of ${names}. Choose another one.`,
    );
  }
  return measured;
}

async function weightsOf({ graph }: Model, engine: Engine, layer: LayerChannels, sites: Sites): Promise<LayerWeights> {
  const changed = isChanged(graph, layer.read.value);
  const kernel = changed ? await read(graph, engine, layer.read.value) : graph.weights.get(layer.weight.value);
  if (kernel === undefined) throw new Error(`no weight "${layer.weight.value}"`);
  const { axis } = changed ? layer.read : layer.weight;
  const normalization = sites.normalizationOf(layer);
  const scale = graph.weights.get(storedWeight(graph, normalization?.inputs[1] ?? '') ?? '');
  return { kernel, axis, ...(scale && { scale }) };
}

function notWorkedOut(value: string, error: unknown): UserError {
  return new UserError(
    `The weights "${value}" can't be worked out from those of the file, as onnxruntime says: ${messageOf(error)}`,
    { cause: error },
  );
}

/** A value that the graph makes of weights and constants alone. */
async function read(graph: Graph, engine: Engine, value: string): Promise<Weight> {
  const { nodes } = needed({ ...graph, outputs: [{ name: value, type: 'float32', shape: [] }] });
  const names = new Set(nodes.flatMap(({ inputs }) => inputs));
  const weights = new Map([...graph.weights].filter(([name]) => names.has(name)));
  const constants = new Map([...graph.constants].filter(([name]) => names.has(name)));
  const shape = inferShapes(graph).get(value) ?? [];
  const part: Graph = { nodes, weights, constants, inputs: [], outputs: [{ name: value, type: 'float32', shape }] };
  const values = await loadValues(part);
  // All of these nodes are the file's.
  const program = await engine.compile(part, values).catch((error: unknown) => {
    throw error instanceof UserError ? error : notWorkedOut(value, error);
  });
  try {
    const made = outputOf(await program.run({}), value);
    return float32Weight(value, made.shape, made.data as Float32Array);
  } finally {
    await program.dispose();
  }
}

/** Slices are neurons one to one, but where a neuron has several (the gates of an LSTM): their scores add up. */
function byNeuron(slices: Float64Array, { channels: own, weight }: LayerChannels, channels: Channels): Float64Array {
  if (slices.length === own.length) return slices;
  const neurons = new Map<number, number[]>();
  own.forEach((channel, neuron) => {
    neurons.set(channel, [...(neurons.get(channel) ?? []), neuron]);
  });
  const scores = new Float64Array(own.length);
  channels.of(weight.value, weight.axis)?.forEach((channel, slice) => {
    const sharing = neurons.get(channel) ?? [];
    for (const neuron of sharing) {
      scores[neuron] = (scores[neuron] as number) + (slices[slice] as number) / sharing.length;
    }
  });
  return scores;
}
