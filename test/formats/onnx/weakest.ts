// A share of every layer's channels by magnitude, as a plan chooses them: what tests cut.
import type { Model } from '../../../src/model/model';
import { strides } from '../../../src/model/tensor';
import { weightValues } from '../../../src/model/weight';
import type { Channels } from '../../../src/pruning/channels';
import { layerChannels } from '../../../src/pruning/layer-channels';

/** No layer loses its last channel. */
export async function weakestChannels(model: Model, channels: Channels, share: number): Promise<Set<number>> {
  const layers = layerChannels(model, channels);
  const scores = new Map<number, number>();
  for (const { weight } of layers) {
    const stored = model.graph.weights.get(weight.value);
    const own = channels.of(weight.value, weight.axis);
    if (stored === undefined || own === undefined) continue;
    const step = strides(stored.shape)[weight.axis] ?? 1;
    (await weightValues(stored)).forEach((value, i) => {
      const channel = own[Math.floor(i / step) % own.length] as number;
      scores.set(channel, (scores.get(channel) ?? 0) + Math.abs(value));
    });
  }
  const removed = new Set<number>();
  const left = layers.map(({ channels: own }) => new Set(own));
  for (const { channels: own } of layers) {
    const all = [...new Set(own)];
    const order = all.toSorted((a, b) => (scores.get(a) ?? 0) - (scores.get(b) ?? 0));
    let gone = all.filter((channel) => removed.has(channel)).length;
    for (const channel of order) {
      if (gone >= Math.floor(all.length * share)) break;
      const last = left.some((others) => others.size === 1 && others.has(channel));
      if (removed.has(channel) || last || channels.frozen(channel) !== undefined) continue;
      removed.add(channel);
      for (const others of left) others.delete(channel);
      gone++;
    }
  }
  return removed;
}
