// MaxPooling and AveragePooling over one to three spatial axes, with windows of a size or to a number of positions.
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
    const kernel = image.spatial.map((size, i) => {
      const window = Number(size) / (targets[i] ?? 1);
      return Number.isInteger(window) ? window : config.unknown('windows that overlap or differ in size');
    });
    const type = config.className.includes('Max') ? 'MaxPool' : 'AveragePool';
    return image.back(builder.op(type, [image.value], { kernel_shape: kernel, strides: kernel }));
  },
};
