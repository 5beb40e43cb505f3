// L2 norm of the kernel that makes a channel.
import { sumOfSlices } from './kernel';
import type { Measure } from './measure';

export const l2Norm: Measure = {
  name: 'l2',
  description: 'Root of the summed squares of the kernel that makes the channel.',
  source:
    'He et al.: Soft Filter Pruning for Accelerating Deep Convolutional Neural Networks, IJCAI 2018 (arXiv 1808.06866)',
  needs: 'weights',
  normalization: 'mean',
  async fromWeights({ kernel, axis }) {
    const squares = await sumOfSlices(kernel, axis, (value) => value * value);
    return squares.map(Math.sqrt);
  },
};
