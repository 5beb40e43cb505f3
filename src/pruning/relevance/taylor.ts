// First-order Taylor expansion of the loss. Of the two forms Molchanov et al. gave, weights × their gradients (2019) and
// activations × theirs (2017), they are one where a channel is made: for z = W x + b the sum of w ∂L/∂w over a channel's
// weights and bias is the sum of z ∂L/∂z over its positions. The second comes sample by sample, whatever the batch, and
// can be taken where the layers behind read the channel: there it is, to first order, the very change of the loss that a
// cut makes. Squared per sample and averaged, as in 2019.
import type { Measure } from './measure';
import { sumOfSquares } from './square';

export const taylor: Measure = {
  name: 'taylor',
  description:
    'Squared change of the loss without the channel, to first order: (activation × gradient)², mean over the training set.',
  source: 'Molchanov et al.: Importance Estimation for Neural Network Pruning, CVPR 2019 (arXiv 1906.10771)',
  needs: 'gradients',
  normalization: 'none',
  targets: 'given',
  fromEffects: sumOfSquares,
};
