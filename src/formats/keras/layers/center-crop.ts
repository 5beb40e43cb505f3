// CenterCrop: the middle of an image.
import type { LayerFamily } from '../family';
import { imageOf } from './image';

export const centerCrop: LayerFamily = {
  classes: ['CenterCrop'],
  read(context) {
    const { config, builder } = context;
    const image = imageOf(context);
    const target = [config.size('height'), config.size('width')];
    const starts = target.map((size, i) => {
      const from = image.spatial[i];
      if (typeof from !== 'number') return config.unknown('cropping an image of open size');
      if (from < size) return config.unknown('cropping to more than there is, which resizes');
      return Math.floor((from - size) / 2);
    });
    const ends = starts.map((start, i) => start + (target[i] ?? 0));
    const cropped = builder.op('Slice', [image.value, builder.ints(starts), builder.ints(ends), builder.ints([2, 3])]);
    return image.back(cropped);
  },
};
