// The scale that a BatchNormalization gives a channel.
import { weightValues } from '../../model/weight';
import type { Measure } from './measure';

export const batchNormScale: Measure = {
  name: 'batch-norm-scale',
  description: 'Absolute scale (gamma) of the batch normalisation behind the channel.',
  source:
    'Liu et al.: Learning Efficient Convolutional Networks through Network Slimming, ICCV 2017 (arXiv 1708.06519)',
  needs: 'weights',
  normalization: 'none',
  fromWeights: async ({ scale }) => scale && Float64Array.from(await weightValues(scale), Math.abs),
};
