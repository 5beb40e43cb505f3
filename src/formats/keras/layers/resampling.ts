// UpSampling over one to three spatial axes, and Resizing to a fixed height and width.
import type { LayerConfig } from '../config';
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
    if (config.flag('pad_to_aspect_ratio', false)) config.unknown('padding to an aspect ratio');
    if (config.flag('antialias', false)) config.unknown('resizing with antialias');
    const image = imageOf(context);
    const target = targetOf(config);
    const cropped = config.flag('crop_to_aspect_ratio', false) ? croppedTo(context, image, target) : image;
    return image.back(resized(context, cropped, target));
  },
};

/** Once training is over it crops the middle to the aspect ratio and resizes that; Keras 3.15 leaves images as they are. */
export const randomCrop: LayerFamily = {
  classes: ['RandomCrop'],
  read(context) {
    const { config, dialect } = context;
    const image = imageOf(context);
    const target = targetOf(config);
    if (image.spatial.join() === target.join()) return context.input();
    if (dialect === 'keras3') config.unknown('what this version of Keras makes of images of another size');
    return image.back(resized(context, croppedTo(context, image, target), target));
  },
};

const targetOf = (config: LayerConfig): [number, number] => [config.size('height'), config.size('width')];

/** The largest part in the middle that has the aspect ratio of the target. */
function croppedTo({ config, builder }: LayerContext, image: Image, target: readonly [number, number]): Image {
  const [height, width] = image.spatial;
  if (typeof height !== 'number' || typeof width !== 'number') return config.unknown('cropping an image of open size');
  const sizes = [
    Math.min(height, Math.trunc((width * target[0]) / target[1])),
    Math.min(width, Math.trunc((height * target[1]) / target[0])),
  ];
  const starts = sizes.map((size, i) => Math.trunc(((i === 0 ? height : width) - size) / 2));
  const ends = sizes.map((size, i) => size + (starts[i] ?? 0));
  const value = builder.op('Slice', [image.value, builder.ints(starts), builder.ints(ends), builder.ints([2, 3])]);
  return { ...image, value, spatial: sizes };
}

function resized(context: LayerContext, image: Image, target: readonly number[]): string {
  const { config, builder } = context;
  const attributes = interpolation(context, config.text('interpolation', 'bilinear'));
  return builder.op('Resize', [image.value, '', '', builder.ints(target)], { ...attributes, axes: [2, 3] });
}

const REPEAT = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };

/** tf.image.resize takes the centres of pixels, TF.js their corners. */
function interpolation({ config, dialect }: LayerContext, method: string): Record<string, string | number> {
  const centres = { coordinate_transformation_mode: dialect === 'tfjs' ? 'asymmetric' : 'half_pixel' };
  if (method === 'bilinear') return { mode: 'linear', ...centres };
  // Keys' kernel; what would lie outside the image has no share.
  if (method === 'bicubic' && dialect !== 'tfjs')
    return { mode: 'cubic', cubic_coeff_a: -0.5, exclude_outside: 1, ...centres };
  if (method === 'nearest' && dialect === 'tfjs') return REPEAT;
  if (method === 'nearest') return { mode: 'nearest', nearest_mode: 'round_prefer_ceil', ...centres };
  return config.unknown(`interpolation "${method}"`);
}
