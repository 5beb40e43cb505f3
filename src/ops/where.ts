// Where: of two operands the one that a condition names, all broadcast. https://onnx.ai/onnx/operators/onnx__Where.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { broadcast, sumTo, tieBroadcast } from './broadcast';
import { input, type Operator, output, type Size } from './operator';

export const where: Operator = {
  type: 'Where',
  pointwise: true,
  shapes: (node, inputs) => [inputs.reduce((a, b) => broadcast(node, a, b))],
  sizes(node, _, { sizes }) {
    const lists = [0, 1, 2].map((i) => sizes(input(node, i)));
    const [condition, yes, no] = lists;
    if (condition === undefined || yes === undefined || no === undefined) return undefined;
    const length = Math.max(condition.length, yes.length, no.length);
    if (lists.some((list) => list?.length !== 1 && list?.length !== length)) return undefined;
    const at = (list: readonly Size[], i: number): Size => list[list.length === 1 ? 0 : i] as Size;
    return Array.from({ length }, (_, i) => at(at(condition, i).value === 0 ? no : yes, i));
  },
  ties: tieBroadcast,
  differentiate(node, tape) {
    tape.keep(node);
    const [condition, yes, no, y] = [input(node, 0), input(node, 1), input(node, 2), output(node)];
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const zero = tape.float(0);
      const back = (value: string, chosen: readonly string[]): string | undefined =>
        tape.wants(value)
          ? sumTo(tape, tape.op('Where', [condition, ...chosen]), tape.shape(y), tape.shape(value))
          : undefined;
      return [undefined, back(yes, [gradient, zero]), back(no, [zero, gradient])];
    };
  },
  evaluate: (_, [condition, yes, no], { tf }) =>
    tf.where(tf.cast(condition as TfTensor, 'bool'), yes as TfTensor, no as TfTensor),
};
