// Diagonal of the Hessian, by the Gauss–Newton approximation: ½ ∂²L/∂g² for a factor g = 1 on the channel, which is half
// the mean square of ∂L/∂g where targets are drawn from what the model itself says (then it is the Fisher information).
// With the data's own targets the same sum would be the Taylor measure; drawn ones also tell channels apart where the
// model fits its training set so well that no gradient is left.
import type { Measure } from './measure';
import { sumOfSquares } from './square';

export const hessian: Measure = {
  name: 'hessian',
  description:
    'Curvature of the loss along the channel: half the second derivative for a factor on it, by Gauss–Newton.',
  source:
    'LeCun et al.: Optimal Brain Damage, NIPS 1989; Theis et al.: Faster Gaze Prediction with Dense Networks and Fisher Pruning, 2018 (arXiv 1801.05787)',
  needs: 'gradients',
  normalization: 'none',
  targets: 'drawn',
  fromEffects(emitter, effects) {
    return emitter.op('Mul', [sumOfSquares(emitter, effects), emitter.float(0.5)]);
  },
};
