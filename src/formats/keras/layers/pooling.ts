// MaxPooling and AveragePooling over one to three spatial axes.
import type { LayerFamily } from '../family';
import { imageOf, spatialAxes } from './image';
import { padsOf } from './padding';

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
    const pads = padsOf(context, { spatial: image.spatial, kernel, strides, dilations: [] });
    const type = config.className.startsWith('Max') ? 'MaxPool' : 'AveragePool';
    return image.back(builder.op(type, [image.value], { kernel_shape: kernel, strides, pads }));
  },
};
