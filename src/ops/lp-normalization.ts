// LpNormalization: divided by the L1 or L2 norm along an axis. https://onnx.ai/onnx/operators/onnx__LpNormalization.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { axisWithin, input, numberAttribute, type Operator, output } from './operator';
import { tieNormalized } from './softmax';

const axisOf = (node: Node, rank: number): number => axisWithin(numberAttribute(node, 'axis', -1), rank);
const isL1 = (node: Node): boolean => numberAttribute(node, 'p', 2) === 1;

export const lpNormalization: Operator = {
  type: 'LpNormalization',
  shapes: (_, [shape = []]) => [shape],
  ties: tieNormalized,
  differentiate(node, tape) {
    tape.keep(node);
    const [x, y] = [input(node, 0), output(node)];
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const axis = tape.ints([axisOf(node, tape.shape(x).length)]);
      const norm = tape.op(isL1(node) ? 'ReduceL1' : 'ReduceL2', [x, axis], { keepdims: 1 });
      const sum = tape.op('ReduceSum', [tape.op('Mul', [gradient, y]), axis], { keepdims: 1 });
      const along = tape.op('Mul', [isL1(node) ? tape.op('Sign', [x]) : y, sum]);
      return [tape.op('Div', [tape.op('Sub', [gradient, along]), norm])];
    };
  },
  evaluate(node, [x], { tf }) {
    const value = x as TfTensor;
    return tf.div(value, tf.norm(value, isL1(node) ? 1 : 2, axisOf(node, value.rank), true));
  },
};
