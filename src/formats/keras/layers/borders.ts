// ZeroPadding and Cropping over one to three spatial axes: one amount, one an axis, or one a side.
import { type LayerConfig, MAX_SIZE } from '../config';
import type { LayerFamily } from '../family';
import { imageOf, spatialAxes } from './image';

export const zeroPadding: LayerFamily = {
  classes: ['ZeroPadding1D', 'ZeroPadding2D', 'ZeroPadding3D'],
  read(context) {
    const { config, builder } = context;
    const image = imageOf(context);
    const sides = amounts(config, 'padding');
    const before = sides.map(([amount]) => amount);
    const after = sides.map(([, amount]) => amount);
    return image.back(builder.op('Pad', [image.value, builder.ints([0, 0, ...before, 0, 0, ...after])]));
  },
};

export const cropping: LayerFamily = {
  classes: ['Cropping1D', 'Cropping2D', 'Cropping3D'],
  read(context) {
    const { config, builder } = context;
    const image = imageOf(context);
    const sides = amounts(config, 'cropping');
    const axes = sides.map((_, i) => i + 2);
    const starts = sides.map(([amount]) => amount);
    // The end counts from the end; nothing cropped there means all there is.
    const ends = sides.map(([, amount]) => (amount === 0 ? MAX_SIZE : -amount));
    return image.back(builder.op('Slice', [image.value, builder.ints(starts), builder.ints(ends), builder.ints(axes)]));
  },
};

function amounts(config: LayerConfig, field: string): [number, number][] {
  const stated = config.fields[field] ?? 1;
  const axes = spatialAxes(config);
  const side = (value: unknown): number => {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MAX_SIZE) {
      config.fail(`${field} holds ${JSON.stringify(value)}`);
    }
    return value as number;
  };
  const sides = (value: unknown): [number, number] =>
    Array.isArray(value) ? [side(value[0]), side(value[1])] : [side(value), side(value)];
  if (!Array.isArray(stated)) return Array.from({ length: axes }, () => sides(stated));
  // Over one axis, a pair is its two sides.
  if (axes === 1 && stated.length === 2) return [sides(stated)];
  if (stated.length !== axes) config.fail(`${field} must have ${axes} amounts, it is ${JSON.stringify(stated)}`);
  return stated.map(sides);
}
