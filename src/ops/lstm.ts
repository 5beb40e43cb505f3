// LSTM: gates i (input), o (output), f (forget), c (cell). https://onnx.ai/onnx/operators/onnx__LSTM.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { numberAttribute } from './operator';
import { gateInputs, recurrent } from './recurrent';
import type { Activation } from './recurrent-activations';

export const lstm = recurrent('LSTM', {
  gates: 4,
  states: 2,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  step(x, [state, memory], weights, run) {
    const { tf } = run;
    const cell = memory as TfTensor;
    const { read, recurrent } = gateInputs(x, state as TfTensor, weights, 4, run);
    const gates = read.map((gate, i) => tf.add(gate, recurrent[i] as TfTensor));
    const [f, g, h] = weights.activations as [Activation, Activation, Activation];
    const [i, o, forgetting, c] = gates as [TfTensor, TfTensor, TfTensor, TfTensor];
    const peepholes = weights.peepholes && tf.split(weights.peepholes, 3);
    const peep = (gate: TfTensor, cell: TfTensor, place: number): TfTensor =>
      f(peepholes ? tf.add(gate, tf.mul(cell, peepholes[place] as TfTensor)) : gate);
    const take = peep(i, cell, 0);
    const coupled = numberAttribute(weights.node, 'input_forget', 0) !== 0;
    const forget = coupled ? tf.sub(1, take) : peep(forgetting, cell, 2);
    const next = tf.add(tf.mul(forget, cell), tf.mul(take, g(c)));
    return [tf.mul(peep(o, next, 1), h(next)), next];
  },
});
