// MaxPooling and AveragePooling over one to three spatial axes, with windows of a size or to a number of positions.
import type { GraphBuilder } from '../../../ops/builder';
import type { LayerFamily } from '../family';
import { imageOf, spatialAxes } from './image';
import { paddingOf } from './padding';

const kinds = (kind: string): string[] =>
  [1, 2, 3].flatMap((axes) => [`${kind}Pooling${axes}D`, `${kind}Pool${axes}D`]);

export const pooling: LayerFamily = {
  classes: [...kinds('Max'), ...kinds('Average'), ...kinds('Avg')],
  read(context) {
    const { config, builder } = context;
    const image = imageOf(context);
    const axes = spatialAxes(config);
    const kernel = config.sizes('pool_size', axes, new Array<number>(axes).fill(2));
    const strides = config.sizes('strides', axes, kernel);
    const padding = paddingOf(context, { spatial: image.spatial, kernel, strides, dilations: [] });
    const type = config.className.startsWith('Max') ? 'MaxPool' : 'AveragePool';
    return image.back(builder.op(type, [image.value], { kernel_shape: kernel, strides, ...padding }));
  },
};

/** To so many positions an axis: windows side by side, where their number goes into the size. */
export const adaptivePooling: LayerFamily = {
  classes: ['Average', 'Max'].flatMap((kind) => [1, 2, 3].map((axes) => `Adaptive${kind}Pooling${axes}D`)),
  read(context) {
    const { config, builder } = context;
    const image = imageOf(context);
    const targets = config.sizes('output_size', spatialAxes(config));
    const sizes = image.spatial.map((size) =>
      typeof size === 'number' ? size : config.unknown('as many windows of an open size'),
    );
    const kernel = sizes.map((size, i) => size / (targets[i] ?? 1));
    const type = config.className.includes('Max') ? 'MaxPool' : 'AveragePool';
    if (kernel.every(Number.isInteger)) {
      return image.back(builder.op(type, [image.value], { kernel_shape: kernel, strides: kernel }));
    }
    if (targets.some((count) => count > MOST_WINDOWS)) config.unknown('so many windows that overlap');
    const pooled = sizes.reduce(
      (value, size, i) => alongAxis(builder, value, i + 2, windows(size, targets[i] ?? 1), type),
      image.value,
    );
    return image.back(pooled);
  },
};

/** Windows that overlap are taken one by one. */
const MOST_WINDOWS = 64;

/** Where each begins and ends: as long as each other or one longer. */
function windows(size: number, count: number): (readonly [from: number, to: number])[] {
  return Array.from({ length: count }, (_, i) => [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)]);
}

/** The mean or the largest of each window; windows over several axes are those of each axis, one axis after the other. */
function alongAxis(
  builder: GraphBuilder,
  value: string,
  axis: number,
  own: readonly (readonly [number, number])[],
  type: string,
): string {
  const axes = builder.ints([axis]);
  const parts = own.map(([from, to]) => {
    const window = builder.op('Slice', [value, builder.ints([from]), builder.ints([to]), axes]);
    const kernel = builder
      .shape(value)
      .slice(2)
      .map((_, i) => (i + 2 === axis ? to - from : 1));
    return builder.op(type, [window], { kernel_shape: kernel, strides: kernel });
  });
  return parts.length === 1 ? (parts[0] as string) : builder.op('Concat', parts, { axis });
}
