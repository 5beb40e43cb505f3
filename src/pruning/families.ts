// Families: channels that lie on the same axes, equally often. They are alike in all that a cut changes but their
// weights: taking any one of a family costs and saves the same, and each family is thinned on its own.
import type { Axis } from '../ops/operator';
import type { Channels } from './channels';
import { remembered } from './remembered';

export interface Family {
  /** Those that can be cut, in the order of the first axis they lie on. */
  readonly channels: readonly number[];
  /** Where each of them lies, and how many elements it has there. */
  readonly places: readonly Place[];
}

export interface Place extends Axis {
  readonly count: number;
}

/** Every channel that can be cut, in its family. */
export const familiesOf = remembered((channels: Channels): readonly Family[] => {
  const partition = new Partition(channels);
  channels.axes.forEach(({ value, axis }, order) => {
    const own = channels.of(value, axis);
    if (own) partition.refine({ value, axis, order }, own);
  });
  return partition.families();
});

/** An axis with its place among all. */
interface OrderedAxis extends Axis {
  readonly order: number;
}

const UNSEEN = -1;
const FROZEN = -2;
/** In its family's list. */
const TAKEN = -3;

/**
 * Starts with all in one family and parts those that some axis tells apart. It works on plain arrays by channel: there
 * may be as many as a large network has neurons, on hundreds of axes.
 */
class Partition {
  readonly #familyOf: Int32Array;
  readonly #counts: Uint32Array;
  /** By family: the one it was part of before the axis that made it, and its place there. */
  readonly #before: number[] = [UNSEEN];
  readonly #place: ({ readonly axes: readonly OrderedAxis[]; readonly count: number } | undefined)[] = [undefined];
  /** Axes by what lies on them: those alike part nothing that the first of them has not. */
  readonly #alike = new Map<Uint32Array, OrderedAxis[]>();

  constructor(channels: Channels) {
    this.#familyOf = new Int32Array(channels.bound);
    for (let i = 0; i < channels.bound; i++) if (channels.frozen(i) !== undefined) this.#familyOf[i] = FROZEN;
    this.#counts = new Uint32Array(channels.bound);
  }

  refine(axis: OrderedAxis, own: Uint32Array): void {
    const alike = this.#alike.get(own);
    if (alike) {
      alike.push(axis);
      return;
    }
    const axes = [axis];
    this.#alike.set(own, axes);
    const counts = this.#counts;
    for (let i = 0; i < own.length; i++) counts[own[i] as number] = (counts[own[i] as number] as number) + 1;
    // A new family for each pair of family so far and elements here.
    const parted = new Map<number, Map<number, number>>();
    // Neighbours are mostly of the same pair: it is looked up where it changes.
    let [before, count, family] = [UNSEEN, 0, UNSEEN];
    for (let i = 0; i < own.length; i++) {
      const channel = own[i] as number;
      // One that lies here several times was seen already, or is frozen.
      if (counts[channel] === 0) continue;
      if (this.#familyOf[channel] !== FROZEN) {
        if (this.#familyOf[channel] !== before || counts[channel] !== count) {
          before = this.#familyOf[channel] as number;
          count = counts[channel] as number;
          family = this.#parted(parted, before, count, axes);
        }
        this.#familyOf[channel] = family;
      }
      counts[channel] = 0;
    }
  }

  #parted(
    parted: Map<number, Map<number, number>>,
    before: number,
    count: number,
    axes: readonly OrderedAxis[],
  ): number {
    let byCount = parted.get(before);
    if (byCount === undefined) {
      byCount = new Map();
      parted.set(before, byCount);
    }
    let family = byCount.get(count);
    if (family === undefined) {
      family = this.#before.push(before) - 1;
      this.#place.push({ axes, count });
      byCount.set(count, family);
    }
    return family;
  }

  /** In the order of the first axis they lie on, as their channels are. */
  families(): Family[] {
    const members = new Map<number, number[]>();
    let [last, list]: [number, number[]] = [UNSEEN, []];
    for (const own of this.#alike.keys()) {
      for (let i = 0; i < own.length; i++) {
        const channel = own[i] as number;
        const family = this.#familyOf[channel] as number;
        if (family < 0) continue;
        if (family !== last) {
          [last, list] = [family, members.get(family) ?? []];
          members.set(family, list);
        }
        list.push(channel);
        this.#familyOf[channel] = TAKEN;
      }
    }
    return [...members].map(([family, channels]) => ({ channels, places: this.#placesOf(family) }));
  }

  #placesOf(family: number): Place[] {
    const places: (Place & OrderedAxis)[] = [];
    for (let current = family; current > 0; current = this.#before[current] as number) {
      const { axes = [], count = 0 } = this.#place[current] ?? {};
      for (const axis of axes) places.push({ ...axis, count });
    }
    places.sort((a, b) => a.order - b.order);
    return places.map(({ value, axis, count }) => ({ value, axis, count }));
  }
}
