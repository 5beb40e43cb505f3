// GRU: gates z (update), r (reset), h. https://onnx.ai/onnx/operators/onnx__GRU.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { numberAttribute } from './operator';
import { gateInputs, recurrent } from './recurrent';
import type { Activation } from './recurrent-activations';

export const gru = recurrent('GRU', {
  gates: 3,
  states: 1,
  activations: ['Sigmoid', 'Tanh'],
  step(x, [state], weights, run) {
    const { tf } = run;
    const hidden = state as TfTensor;
    const { read, recurrent } = gateInputs(x, hidden, weights, 3, run);
    const [z, r, h] = read as [TfTensor, TfTensor, TfTensor];
    const [zState, rState, hState] = recurrent as [TfTensor, TfTensor, TfTensor];
    const [f, g] = weights.activations as [Activation, Activation];
    const update = f(tf.add(z, zState));
    const reset = f(tf.add(r, rState));
    const before = (): TfTensor => {
      const rows = tf.split(weights.r, 3)[2] as TfTensor;
      const bias = tf.split(weights.rBias, 3)[2] as TfTensor;
      return tf.add(tf.matMul(tf.mul(reset, hidden) as never, rows as never, false, true), bias);
    };
    const after = numberAttribute(weights.node, 'linear_before_reset', 0) !== 0;
    const proposed = g(tf.add(h, after ? tf.mul(reset, hState) : before()));
    return [tf.add(tf.mul(tf.sub(1, update), proposed), tf.mul(update, hidden))];
  },
});
