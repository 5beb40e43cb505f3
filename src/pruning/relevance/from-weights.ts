// Scores from the layers' weights, one layer after the other.
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import type { Channels } from '../channels';
import { type LayerChannels, storedWeight } from '../layer-channels';
import type { LayerWeights, Measure } from './measure';
import type { LayerRelevance } from './score';
import type { Sites } from './site';

export async function fromWeights(
  measure: Measure,
  model: Model,
  channels: Channels,
  layers: readonly LayerChannels[],
  sites: Sites,
): Promise<LayerRelevance[]> {
  const measured: LayerRelevance[] = [];
  for (const layer of layers) {
    const slices = await measure.fromWeights?.(weightsOf(model, layer, sites));
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

function weightsOf(model: Model, layer: LayerChannels, sites: Sites): LayerWeights {
  const { graph } = model;
  const kernel = graph.weights.get(layer.weight.value);
  if (kernel === undefined) throw new Error(`no weight "${layer.weight.value}"`);
  const normalization = sites.normalizationOf(layer);
  const scale = graph.weights.get(storedWeight(graph, normalization?.inputs[1] ?? '') ?? '');
  return { kernel, axis: layer.weight.axis, ...(scale && { scale }) };
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
