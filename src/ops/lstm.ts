// LSTM: gates i (input), o (output), f (forget), c (cell). https://onnx.ai/onnx/operators/onnx__LSTM.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { numberAttribute } from './operator';
import { fromState, recurrent } from './recurrent';
import type { Activation } from './recurrent-activations';

export const lstm = recurrent('LSTM', {
  gates: 4,
  states: 2,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  stepper({ node, r, rBias, peepholes, activations }, run) {
    const { tf } = run;
    const [f, g, h] = activations as [Activation, Activation, Activation];
    const units = r.shape[0] ?? 1;
    const coupled = numberAttribute(node, 'input_forget', 0) !== 0;
    const peep = peepholes && tf.split(peepholes, 3);
    return (read, [state, memory]) => {
      const cell = memory as TfTensor;
      const gates = tf.add(read, fromState(state as TfTensor, r, rBias, run));
      const opening = (gate: TfTensor, seen: TfTensor, place: number): TfTensor =>
        f(peep ? tf.add(gate, tf.mul(seen, peep[place] as TfTensor)) : gate);
      // Without peepholes all three open at once, in one computation.
      const [together, c] = tf.split(gates, [3 * units, units], 1) as [TfTensor, TfTensor];
      const [i, o, forgetting] = tf.split(peep ? together : f(together), 3, 1) as [TfTensor, TfTensor, TfTensor];
      const take = peep ? opening(i, cell, 0) : i;
      const keep = peep ? opening(forgetting, cell, 2) : forgetting;
      const next = tf.add(tf.mul(coupled ? tf.sub(1, take) : keep, cell), tf.mul(take, g(c)));
      return [tf.mul(peep ? opening(o, next, 1) : o, h(next)), next];
    };
  },
});
