// L1 norm of the kernel that makes a channel.
import { sumOfSlices } from './kernel';
import type { Measure } from './measure';

export const l1Norm: Measure = {
  name: 'l1',
  description: 'Sum of the absolute weights of the kernel that makes the channel.',
  source: 'Li et al.: Pruning Filters for Efficient ConvNets, ICLR 2017 (arXiv 1608.08710)',
  needs: 'weights',
  normalization: 'mean',
  fromWeights: ({ kernel, axis }) => sumOfSlices(kernel, axis, Math.abs),
};
