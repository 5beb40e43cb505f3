// VGG16 (Simonyan & Zisserman 2015, configuration D): 13 convolutions, 3 dense layers; 138,357,544 parameters at
// 224×224×3 and 1,000 classes. Dropout is left to who wants it: a narrow one is trained without.
import type { TfjsDocument } from '../formats/tfjs/container';
import type { ArchitectureOptions } from './lenet5';
import { heUniform, SequentialModel } from './sequential';

/** Convolutions and filters of each block; a pooling follows. */
const BLOCKS = [
  [2, 64],
  [2, 128],
  [3, 256],
  [3, 512],
  [3, 512],
] as const;
const DENSE = 4096;

/** @param width of every layer, as a share of the original's. */
export function vgg16({ inputShape, classes, seed, width = 1 }: ArchitectureOptions): TfjsDocument {
  const scaled = (channels: number): number => Math.max(1, Math.round(channels * width));
  // Glorot's limits would halve the signal at every layer.
  const model = new SequentialModel('vgg16', inputShape, seed, heUniform);
  for (const [block, [convolutions, filters]] of BLOCKS.entries()) {
    for (let i = 1; i <= convolutions; i++) {
      model.conv(`block${block + 1}_conv${i}`, scaled(filters), 3, { activation: 'relu', padding: 'same' });
    }
    model.maxPool(`block${block + 1}_pool`, 2);
  }
  return model
    .flatten('flatten')
    .dense('fc1', scaled(DENSE), 'relu')
    .dense('fc2', scaled(DENSE), 'relu')
    .dense('predictions', classes, 'softmax')
    .document();
}
