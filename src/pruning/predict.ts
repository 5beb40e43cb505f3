// What a model will cost after a cut, exactly, without cutting: sizes are counted, no weight is touched. Fast enough to
// follow a slider.
import type { Shape } from '../model/graph';
import type { Model } from '../model/model';
import { assumeSizes, costWith, type ModelCost } from '../ops/cost';
import type { Channels } from './channels';
import { type Family, familiesOf } from './families';

/** The model's cost without the channels given, which must be ones that `cut` would take. */
export type CostPredictor = (removed: ReadonlySet<number>) => ModelCost;

export function predictCost(model: Model, channels: Channels, removed: ReadonlySet<number>): ModelCost {
  return costPredictor(model, channels)(removed);
}

/** For many predictions on one model: the analysis is done once. */
export function costPredictor(
  model: Model,
  channels: Channels,
  families: readonly Family[] = familiesOf(channels),
): CostPredictor {
  const sizes = assumeSizes(model.graph, channels.shapes);
  return (removed) => {
    const shapes = shapesWithout(channels.shapes, families, removed);
    return costWith(model, shapes, { ...sizes, shapes: shapesWithout(sizes.shapes, families, removed) });
  };
}

function shapesWithout(
  before: ReadonlyMap<string, Shape>,
  families: readonly Family[],
  removed: ReadonlySet<number>,
): ReadonlyMap<string, Shape> {
  const after = new Map(before);
  for (const { channels, places } of families) {
    const gone = channels.reduce((count, channel) => count + (removed.has(channel) ? 1 : 0), 0);
    if (gone === 0) continue;
    for (const { value, axis, count } of places) {
      const shape = after.get(value) ?? [];
      after.set(
        value,
        shape.map((size, i) => (i === axis ? Number(size) - gone * count : size)),
      );
    }
  }
  return after;
}
