// UnsortedSegmentSum, the gradient of Gather: rows are added up where their ids send them.
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { inputOf, type Kernel } from './kernel';

export const unsortedSegmentSum: Kernel = {
  name: 'UnsortedSegmentSum',
  make: (tf) => (inputs, attributes) => {
    const [x, ids] = [inputOf(inputs, 'x'), inputOf<Tensor1D>(inputs, 'segmentIds')];
    return tf.scatterND(tf.expandDims(ids, -1), x, [Number(attributes.numSegments), ...x.shape.slice(ids.rank)]);
  },
};
