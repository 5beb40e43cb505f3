// LeNet-5 as Caffe trains it on MNIST (20-50-500-10, 431,080 parameters at 28×28), and the paper's maxout variant.
import type { TfjsDocument } from '../formats/tfjs/container';
import { SequentialModel } from './sequential';

export interface ArchitectureOptions {
  /** Of one image, channels last. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** Fixes the weights it starts with. */
  readonly seed: number;
  /** Of every layer, as a share of the architecture's; for one that can be narrower. */
  readonly width?: number;
}

export function lenet5({ inputShape, classes, seed }: ArchitectureOptions): TfjsDocument {
  return new SequentialModel('lenet5', inputShape, seed)
    .conv('conv1', 20, 5)
    .maxPool('pool1', 2)
    .conv('conv2', 50, 5)
    .maxPool('pool2', 2)
    .flatten('flatten')
    .dense('dense', 500, 'relu')
    .dense('classes', classes, 'softmax')
    .document();
}

/** Maxout units of the dense layer: what is left of its neurons in the end. */
export const MAXOUT_UNITS = 64;

/** Neurons a unit in the authors' reference program. */
export const MAXOUT_NEURONS = 4;

/** 52 instead of 50 filters, so that every layer divides into units; dropout before the maxout. */
export function lenet5Maxout(
  { inputShape, classes, seed }: ArchitectureOptions,
  neurons = MAXOUT_NEURONS,
): TfjsDocument {
  return new SequentialModel('lenet5-maxout', inputShape, seed)
    .conv('conv1', 20, 5)
    .maxPool('pool1', 2)
    .conv('conv2', 52, 5)
    .maxPool('pool2', 2)
    .flatten('flatten')
    .dense('dense', MAXOUT_UNITS * neurons, 'relu')
    .dropout('dropout', 0.5)
    .maxout('maxout', neurons)
    .dense('classes', classes, 'softmax')
    .document();
}
