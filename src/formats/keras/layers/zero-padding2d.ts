// ZeroPadding2D: padding is one number, one a side pair, or ((top, bottom), (left, right)).
import { firstOf, fromFirst } from '../activation';
import type { LayerConfig } from '../config';
import { MAX_SIZE } from '../config';
import type { LayerFamily } from '../family';

export const zeroPadding2d: LayerFamily = {
  classes: ['ZeroPadding2D'],
  read({ config, builder, input }) {
    config.channelsLast();
    const [[top, bottom], [left, right]] = amounts(config);
    const pads = builder.ints([0, 0, top, left, 0, 0, bottom, right]);
    // Without axes onnxruntime (1.30) makes the Pad and a MaxPool behind it one, whose padding is −∞ and no longer 0;
    // with some of them it forgets which ones when it moves a Transpose. All of them say the same and keep it from both.
    const axes = builder.ints([0, 1, 2, 3]);
    return fromFirst(builder, builder.op('Pad', [firstOf(builder, input()), pads, '', axes]));
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
