// The axes that a layer works over, as its config says them: one or a list, from the start or from the end.
import type { LayerConfig } from '../config';

/** From the start, ascending; the batch is none of them. */
export function axesOf(config: LayerConfig, rank: number): number[] {
  const stated = config.fields.axis ?? -1;
  const axes = [stated].flat().map((axis) => (Number(axis) < 0 ? Number(axis) + rank : Number(axis)));
  if (axes.length > 0 && axes.every((axis) => axis >= 0 && axis < rank) && axes.includes(0))
    config.unknown('an axis that is the batch');
  if (axes.length === 0 || !axes.every((axis) => Number.isInteger(axis) && axis >= 1 && axis < rank)) {
    config.fail(`axis ${JSON.stringify(stated)} is not an axis of ${rank}`);
  }
  return axes.sort((a, b) => a - b);
}
