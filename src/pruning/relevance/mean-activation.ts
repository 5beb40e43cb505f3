// Mean size of a channel's activation.
import { type Measure, otherAxes } from './measure';

export const meanActivation: Measure = {
  name: 'mean-activation',
  description: 'Mean absolute activation of the channel over the training set.',
  source: 'Molchanov et al.: Pruning Convolutional Neural Networks for Resource Efficient Inference, ICLR 2017',
  needs: 'activations',
  fromActivations(emitter, site) {
    return emitter.op('ReduceSum', [emitter.op('Abs', [site.after]), emitter.ints(otherAxes(site))], { keepdims: 0 });
  },
};
