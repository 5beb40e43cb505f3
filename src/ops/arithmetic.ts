// What Add, Sub, Mul and Div have in common: two operands, broadcast.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { broadcast, sumTo, tieBroadcast } from './broadcast';
import { type Evaluation, input, type Operator, output, type Tape } from './operator';

type Gradient = (tape: Tape, gradient: string, a: string, b: string) => string;

interface Arithmetic {
  readonly gradients: readonly [Gradient, Gradient];
  readonly evaluate: (a: TfTensor, b: TfTensor, run: Evaluation) => TfTensor;
}

export function arithmetic(type: string, { gradients, evaluate }: Arithmetic): Operator {
  return {
    type,
    pointwise: true,
    shapes: (node, [a = [], b = []]) => [broadcast(node, a, b)],
    ties: tieBroadcast,
    differentiate(node, tape) {
      tape.keep(node);
      const operands = [input(node, 0), input(node, 1)] as const;
      return ([incoming]) =>
        operands.map((operand, i) => {
          const gradient = gradients[i as 0 | 1];
          if (incoming === undefined || !tape.wants(operand)) return undefined;
          return sumTo(tape, gradient(tape, incoming, ...operands), tape.shape(output(node)), tape.shape(operand));
        });
    },
    evaluate: (_, [a, b], run) => evaluate(a as TfTensor, b as TfTensor, run),
  };
}
