// MatMul over the last two axes, here by a weight [in, out]: a Dense layer over positions.
// https://onnx.ai/onnx/operators/onnx__MatMul.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed } from '../model/graph';
import { elementCount } from '../model/tensor';
import { input, type Operator, output } from './operator';

export const matmul: Operator = {
  type: 'MatMul',
  shapes(node, [x = [], weight = []]) {
    if (weight.length !== 2) throw new Error(`MatMul "${node.name}": only a second operand of two axes is known`);
    if (x.at(-1) !== weight[0]) {
      throw new Error(`MatMul "${node.name}": [${x.join(', ')}] and [${weight.join(', ')}] do not multiply`);
    }
    return [[...x.slice(0, -1), weight[1] ?? 1]];
  },
  ties(node, ties) {
    const [x, weight, y] = [input(node, 0), input(node, 1), output(node)];
    const last = ties.shape(x).length - 1;
    for (let axis = 0; axis < last; axis++) ties.tie({ value: x, axis }, { value: y, axis });
    ties.tie({ value: x, axis: last }, { value: weight, axis: 0 });
    ties.tie({ value: weight, axis: 1 }, { value: y, axis: last });
  },
  contracts: (node, shape) => [
    {
      input: { value: input(node, 0), axis: shape(input(node, 0)).length - 1 },
      weight: { value: input(node, 1), axis: 0 },
    },
  ],
  produces: (node, shape) => ({
    output: { value: output(node), axis: shape(output(node)).length - 1 },
    weight: { value: input(node, 1), axis: 1 },
  }),
  macs: (_, [x = [], weight = []]) => elementCount(x.slice(1, -1).map(Number)) * elementCount(weight.map(Number)),
  differentiate(node, tape) {
    tape.keep(node);
    const [x, weight] = [input(node, 0), input(node, 1)];
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const flat = (value: string, width: number): string => tape.op('Reshape', [value, tape.ints([-1, width])]);
      const [from, to] = [fixed(tape.shape(weight), 0), fixed(tape.shape(weight), 1)];
      return [
        tape.wants(x) ? tape.op('MatMul', [gradient, tape.op('Transpose', [weight], { perm: [1, 0] })]) : undefined,
        tape.wants(weight) ? tape.op('Gemm', [flat(x, from), flat(gradient, to)], { transA: 1 }) : undefined,
      ];
    };
  },
  evaluate: (_, [x, weight], { tf }) => {
    const [value, kernel] = [x as TfTensor, weight as TfTensor];
    const flat = tf.matMul(tf.reshape(value, [-1, kernel.shape[0] ?? 1]), kernel as never);
    return tf.reshape(flat, [...value.shape.slice(0, -1), kernel.shape[1] ?? 1]);
  },
};
