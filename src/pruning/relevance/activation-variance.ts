// Variance of a channel's activation: one that hardly changes can be made up for by a bias.
import { type Measure, otherAxes } from './measure';

export const activationVariance: Measure = {
  name: 'activation-variance',
  description: "Variance of the channel's activation over the training set.",
  source: 'Polyak, Wolf: Channel-Level Acceleration of Deep Face Representations, IEEE Access 2015',
  needs: 'activations',
  normalization: 'mean',
  fromActivations(emitter, { after }) {
    const axes = emitter.ints(otherAxes(after));
    const sum = (value: string): string => emitter.op('ReduceSum', [value, axes], { keepdims: 0 });
    const square = emitter.op('Mul', [after.value, after.value]);
    return emitter.op('Concat', [sum(after.value), sum(square)], { axis: 0 });
  },
  /** Sums and sums of squares to sums of squared deviations. */
  fromSums(sums, observations) {
    const channels = sums.length / 2;
    return Float64Array.from({ length: channels }, (_, channel) => {
      const [sum, square] = [sums[channel] as number, sums[channels + channel] as number];
      return Math.max(0, square - sum ** 2 / observations);
    });
  },
};
