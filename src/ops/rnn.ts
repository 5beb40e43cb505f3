// RNN: h = f(W·x + R·h + b). https://onnx.ai/onnx/operators/onnx__RNN.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fromState, recurrent } from './recurrent';
import type { Activation } from './recurrent-activations';

export const rnn = recurrent('RNN', {
  gates: 1,
  states: 1,
  activations: ['Tanh'],
  stepper({ r, rBias, activations }, run) {
    const [f] = activations as [Activation];
    return (read, [hidden]) => [f(run.tf.add(read, fromState(hidden as TfTensor, r, rBias, run)))];
  },
});
