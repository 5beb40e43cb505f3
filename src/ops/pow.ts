// Pow: the first operand to the power of the second. https://onnx.ai/onnx/operators/onnx__Pow.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { broadcast, sumTo, tieBroadcast } from './broadcast';
import { input, type Operator, output } from './operator';

export const pow: Operator = {
  type: 'Pow',
  pointwise: true,
  shapes: (node, [a = [], b = []]) => [broadcast(node, a, b)],
  ties: tieBroadcast,
  differentiate(node, tape) {
    tape.keep(node);
    const [base, exponent, y] = [input(node, 0), input(node, 1), output(node)];
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const toBase = (): string => {
        const lower = tape.op('Pow', [base, tape.op('Sub', [exponent, tape.float(1)])]);
        return tape.op('Mul', [gradient, tape.op('Mul', [exponent, lower])]);
      };
      const toExponent = (): string => tape.op('Mul', [gradient, tape.op('Mul', [y, tape.op('Log', [base])])]);
      const back = (value: string, make: () => string): string | undefined =>
        tape.wants(value) ? sumTo(tape, make(), tape.shape(y), tape.shape(value)) : undefined;
      return [back(base, toBase), back(exponent, toExponent)];
    };
  },
  evaluate: (node, [a, b], { tf, constant }) => {
    const exponent = b ?? tf.scalar(Number(constant(input(node, 1))?.data[0]));
    return tf.pow(a as TfTensor, exponent);
  },
};
