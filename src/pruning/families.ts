// Families: channels that lie on the same axes, equally often. They are alike in all that a cut changes but their
// weights: taking any one of a family costs and saves the same, and each family is thinned on its own.
import type { Axis } from '../ops/operator';
import type { Channels } from './channels';

export interface Family {
  /** Those that can be cut, ascending. */
  readonly channels: readonly number[];
  /** Where each of them lies, and how many elements it has there. */
  readonly places: readonly Place[];
}

export interface Place extends Axis {
  readonly count: number;
}

/** Every channel that can be cut, in its family. */
export function familiesOf(channels: Channels): Family[] {
  const partition = new Partition(channels);
  for (const axis of channels.axes) {
    const own = channels.of(axis.value, axis.axis);
    if (own !== undefined) partition.refine(axis, own);
  }
  return partition.families();
}

/** Starts with all in one family and parts those that some axis tells apart. */
class Partition {
  /** Family of each channel that can be cut; absent for one not seen yet. */
  readonly #familyOf = new Map<number, number>();
  readonly #frozen = new Set<number>();
  readonly #places: (readonly Place[])[] = [[]];

  constructor(private readonly channels: Channels) {}

  refine(axis: Axis, own: Uint32Array): void {
    const counts = new Map<number, number>();
    for (const channel of own) {
      if (this.#cuttable(channel)) counts.set(channel, (counts.get(channel) ?? 0) + 1);
    }
    // A new family for each pair of family so far and elements here.
    const parted = new Map<number, Map<number, number>>();
    for (const [channel, count] of counts) {
      const before = this.#familyOf.get(channel) ?? 0;
      const byCount = parted.get(before) ?? new Map<number, number>();
      let family = byCount.get(count);
      if (family === undefined) {
        family = this.#places.push([...(this.#places[before] ?? []), { ...axis, count }]) - 1;
        parted.set(before, byCount.set(count, family));
      }
      this.#familyOf.set(channel, family);
    }
  }

  #cuttable(channel: number): boolean {
    if (this.#familyOf.has(channel)) return true;
    if (this.#frozen.has(channel)) return false;
    if (this.channels.frozen(channel) === undefined) return true;
    this.#frozen.add(channel);
    return false;
  }

  families(): Family[] {
    const members = new Map<number, number[]>();
    for (const [channel, family] of this.#familyOf) {
      const list = members.get(family);
      if (list) list.push(channel);
      else members.set(family, [channel]);
    }
    return [...members].map(([family, channels]) => ({
      channels: channels.sort((a, b) => a - b),
      places: this.#places[family] ?? [],
    }));
  }
}
