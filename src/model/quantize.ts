// Weights in fewer bits: float16, or uint8 with value = (stored − zero point) × scale. Zero is always one of the values, so
// that weights that were pruned stay pruned.

import { toFloat16 } from './half';
import { elementCount } from './tensor';
import { type Weight, weightValues } from './weight';

export const PRECISIONS = ['float16', 'uint8'] as const;
export type Precision = (typeof PRECISIONS)[number];

const LEVELS = 255;

/** How kernels are stored in a model that is described, not written: sizes are right, elements are not read. */
export function describedAs(weight: Weight, precision: Precision): Weight {
  return { ...weight, storage: { type: precision } };
}

/** @param axis of uint8: every slice along it gets a scale of its own; undefined: one for all. */
export async function quantized(weight: Weight, precision: Precision, axis?: number): Promise<Weight> {
  const values = await weightValues(weight);
  if (precision === 'float16') {
    return stored(weight, { type: 'float16' }, new Uint8Array(Uint16Array.from(values, toFloat16).buffer));
  }
  const channels = axis === undefined ? 1 : (weight.shape[axis] ?? 1);
  const inner = axis === undefined ? values.length : elementCount(weight.shape.slice(axis + 1));
  const channelOf = (place: number): number => (axis === undefined ? 0 : Math.floor(place / inner) % channels);
  const { scales, zeroPoints } = ranges(values, channels, channelOf);
  const bytes = Uint8Array.from(values, (value, place) => {
    const channel = channelOf(place);
    const level = Math.round(value / (scales[channel] as number)) + (zeroPoints[channel] as number);
    return Math.max(0, Math.min(LEVELS, level));
  });
  const quantization =
    axis === undefined
      ? { scale: scales[0] as number, min: -(zeroPoints[0] as number) * (scales[0] as number) }
      : { axis, scales, zeroPoints };
  return stored(weight, { type: 'uint8', quantization }, bytes);
}

function stored(weight: Weight, storage: Weight['storage'], bytes: Uint8Array): Weight {
  return { ...weight, storage, bytes: async () => bytes };
}

/** Of every channel what its values take, zero among them. */
function ranges(values: Float32Array, channels: number, channelOf: (place: number) => number) {
  const [low, high] = [new Float64Array(channels), new Float64Array(channels)];
  values.forEach((value, place) => {
    const channel = channelOf(place);
    if (value < (low[channel] as number)) low[channel] = value;
    if (value > (high[channel] as number)) high[channel] = value;
  });
  // A channel of zeros has any scale.
  const scales = Float32Array.from(low, (least, i) => ((high[i] as number) - least) / LEVELS || 1);
  const zeroPoints = Uint8Array.from(low, (least, i) => Math.round(-least / (scales[i] as number)));
  return { scales, zeroPoints };
}
