// UpSampling over one to three spatial axes, and Resizing to a fixed height and width.
import type { LayerContext, LayerFamily } from '../family';
import { type Image, imageOf, spatialAxes } from './image';

export const upSampling: LayerFamily = {
  classes: ['UpSampling1D', 'UpSampling2D', 'UpSampling3D'],
  read(context) {
    const { config, builder } = context;
    const image = imageOf(context);
    const axes = spatialAxes(config);
    const factors = config.sizes('size', axes, new Array<number>(axes).fill(2));
    const method = config.text('interpolation', 'nearest');
    const scales = builder.floats([1, 1, ...factors]);
    // Whole factors repeat elements; there the two ways to place them agree.
    const attributes = method === 'nearest' ? REPEAT : interpolation(context, method);
    return image.back(builder.op('Resize', [image.value, '', scales], attributes));
  },
};

export const resizing: LayerFamily = {
  classes: ['Resizing'],
  read(context) {
    const { config } = context;
    if (config.flag('crop_to_aspect_ratio', false) || config.flag('pad_to_aspect_ratio', false)) {
      config.unknown('resizing to an aspect ratio');
    }
    if (config.flag('antialias', false)) config.unknown('resizing with antialias');
    const image = imageOf(context);
    const target = [config.size('height'), config.size('width')];
    return image.back(resized(context, image, target));
  },
};

function resized(context: LayerContext, image: Image, target: readonly number[]): string {
  const { config, builder } = context;
  const attributes = interpolation(context, config.text('interpolation', 'bilinear'));
  return builder.op('Resize', [image.value, '', '', builder.ints(target)], { ...attributes, axes: [2, 3] });
}

const REPEAT = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };

/** tf.image.resize takes the centres of pixels, TF.js their corners. */
function interpolation({ config, dialect }: LayerContext, method: string): Record<string, string> {
  const centres = { coordinate_transformation_mode: dialect === 'tfjs' ? 'asymmetric' : 'half_pixel' };
  if (method === 'bilinear') return { mode: 'linear', ...centres };
  if (method === 'nearest' && dialect === 'tfjs') return REPEAT;
  if (method === 'nearest') return { mode: 'nearest', nearest_mode: 'round_prefer_ceil', ...centres };
  return config.unknown(`interpolation "${method}"`);
}
