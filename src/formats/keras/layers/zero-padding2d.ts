// ZeroPadding2D: padding is one number, one a side pair, or ((top, bottom), (left, right)).
import { firstOf, fromFirst } from '../activation';
import { type LayerConfig, MAX_SIZE } from '../config';
import type { LayerFamily } from '../family';

export const zeroPadding2d: LayerFamily = {
  classes: ['ZeroPadding2D'],
  read({ config, builder, input }) {
    config.channelsLast();
    const [[top, bottom], [left, right]] = amounts(config);
    const pads = builder.ints([0, 0, top, left, 0, 0, bottom, right]);
    return fromFirst(builder, builder.op('Pad', [firstOf(builder, input()), pads]));
  },
};

function amounts(config: LayerConfig): [[number, number], [number, number]] {
  const { padding = 1 } = config.fields;
  const side = (value: unknown): number => {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MAX_SIZE) {
      config.fail(`padding holds ${JSON.stringify(value)}`);
    }
    return value as number;
  };
  const sides = (value: unknown): [number, number] =>
    Array.isArray(value) ? [side(value[0]), side(value[1])] : [side(value), side(value)];
  return Array.isArray(padding) ? [sides(padding[0]), sides(padding[1])] : [sides(padding), sides(padding)];
}
