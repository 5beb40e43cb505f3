// What a model will cost after a cut, exactly, without cutting: sizes are counted, no weight is touched. Fast enough to
// follow a slider.
import type { Dimension, Shape } from '../model/graph';
import type { Model } from '../model/model';
import { assumeSizes, costWith, type ModelCost } from '../ops/cost';
import { shapeOf } from '../ops/infer';
import type { Channels } from './channels';
import { type Family, familiesOf } from './families';

/** The cost of the model without the channels given, which must be ones that `cut` would take. */
export function predictCost(model: Model, channels: Channels, removed: ReadonlySet<number>): ModelCost {
  const families = familiesOf(channels);
  return costPredictor(model, channels, families)(goneOf(families, removed));
}

/** How many channels of each family are among those given. */
export function goneOf(families: readonly Family[], removed: ReadonlySet<number>): Uint32Array {
  return Uint32Array.from(families, ({ channels }) =>
    channels.reduce((count, channel) => count + (removed.has(channel) ? 1 : 0), 0),
  );
}

/** @param gone number of channels that each family loses. */
export type CostPredictor = (gone: ArrayLike<number>) => ModelCost;

/** For many predictions on one model: what is the same for all is found once. */
export function costPredictor(model: Model, channels: Channels, families: readonly Family[]): CostPredictor {
  const assumed = assumeSizes(model.graph, channels.shapes);
  const shapes = new LiveShapes(channels.shapes, families);
  // Where nothing had to be assumed they are the same.
  const sizes = assumed.shapes === channels.shapes ? shapes : new LiveShapes(assumed.shapes, families);
  return (gone) => {
    const left = shapes.without(gone);
    return costWith(model, left, { ...assumed, shapes: sizes === shapes ? left : sizes.without(gone) });
  };
}

/** Shapes that are written over at each prediction: of thousands, a plan changes a few. */
class LiveShapes {
  readonly #shapes: Map<string, Shape>;
  /** Axes that families lie on. */
  readonly #changing: { readonly shape: Dimension[]; readonly axis: number; readonly size: number }[] = [];
  /** By family: indices into `changing`, and elements a channel has there. */
  readonly #places: readonly (readonly { readonly index: number; readonly count: number }[])[];

  constructor(before: ReadonlyMap<string, Shape>, families: readonly Family[]) {
    this.#shapes = new Map(before);
    // Of each value its copy, and by axis its index among those that change.
    const copies = new Map<string, { readonly shape: Dimension[]; readonly indices: number[] }>();
    this.#places = families.map(({ places }) =>
      places.map(({ value, axis, count }) => {
        let copy = copies.get(value);
        if (copy === undefined) {
          copy = { shape: [...shapeOf(before, value)], indices: [] };
          copies.set(value, copy);
          this.#shapes.set(value, copy.shape);
        }
        const { shape, indices } = copy;
        indices[axis] ??= this.#changing.push({ shape, axis, size: Number(shape[axis]) }) - 1;
        return { index: indices[axis], count };
      }),
    );
  }

  without(gone: ArrayLike<number>): ReadonlyMap<string, Shape> {
    for (const { shape, axis, size } of this.#changing) shape[axis] = size;
    this.#places.forEach((places, family) => {
      const lost = gone[family] ?? 0;
      if (lost === 0) return;
      for (const { index, count } of places) {
        const entry = this.#changing[index];
        if (entry) entry.shape[entry.axis] = Number(entry.shape[entry.axis]) - lost * count;
      }
    });
    return this.#shapes;
  }
}
