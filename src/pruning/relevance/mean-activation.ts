// Mean size of a channel's activation.
import { type Measure, otherAxes } from './measure';

export const meanActivation: Measure = {
  name: 'mean-activation',
  description: 'Mean absolute activation of the channel over the training set.',
  source:
    'Molchanov et al.: Pruning Convolutional Neural Networks for Resource Efficient Inference, ICLR 2017 (arXiv 1611.06440)',
  needs: 'activations',
  normalization: 'mean',
  fromActivations(emitter, { after }) {
    return emitter.op('ReduceSum', [emitter.op('Abs', [after.value]), emitter.ints(otherAxes(after))], { keepdims: 0 });
  },
};
