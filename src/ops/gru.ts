// GRU: gates z (update), r (reset), h. https://onnx.ai/onnx/operators/onnx__GRU.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { numberAttribute } from './operator';
import { fromState, recurrent } from './recurrent';
import type { Activation } from './recurrent-activations';

export const gru = recurrent('GRU', {
  gates: 3,
  states: 1,
  activations: ['Sigmoid', 'Tanh'],
  stepper({ node, r, rBias, activations }, run) {
    const { tf } = run;
    const [f, g] = activations as [Activation, Activation];
    const units = r.shape[0] ?? 1;
    // The state goes through the reset gate before its product with the last block of rows, or after.
    const after = numberAttribute(node, 'linear_before_reset', 0) !== 0;
    const [rGates, rProposed] = tf.split(r, [2 * units, units], 1) as [TfTensor, TfTensor];
    const [gateBias, proposedBias] = tf.split(rBias, [2 * units, units]) as [TfTensor, TfTensor];
    return (read, [state]) => {
      const hidden = state as TfTensor;
      const [gates, proposal] = tf.split(read, [2 * units, units], 1) as [TfTensor, TfTensor];
      const opened = f(tf.add(gates, fromState(hidden, rGates, gateBias, run)));
      const [update, reset] = tf.split(opened, 2, 1) as [TfTensor, TfTensor];
      const remembered = after
        ? tf.mul(reset, fromState(hidden, rProposed, proposedBias, run))
        : fromState(tf.mul(reset, hidden), rProposed, proposedBias, run);
      const proposed = g(tf.add(proposal, remembered));
      return [tf.add(proposed, tf.mul(update, tf.sub(hidden, proposed)))];
    };
  },
});
