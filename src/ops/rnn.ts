// RNN: h = f(W·x + R·h + b). https://onnx.ai/onnx/operators/onnx__RNN.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { gateInputs, recurrent } from './recurrent';
import type { Activation } from './recurrent-activations';

export const rnn = recurrent('RNN', {
  gates: 1,
  states: 1,
  activations: ['Tanh'],
  step(x, [hidden], weights, run) {
    const { read, recurrent } = gateInputs(x, hidden as TfTensor, weights, 1, run);
    const [f] = weights.activations as [Activation];
    return [f(run.tf.add(read[0] as TfTensor, recurrent[0] as TfTensor))];
  },
});
