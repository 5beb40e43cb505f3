// What Sum, Mean, Min and Max have in common: any number of operands, broadcast.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { broadcast, sumTo, tieBroadcast } from './broadcast';
import { type Evaluation, type Operator, output, type Tape } from './operator';

interface Variadic {
  /** The gradient of the result as it goes back to the operand at that place, before it is summed to its shape. */
  readonly gradient: (tape: Tape, gradient: string, operands: readonly string[], place: number, y: string) => string;
  readonly evaluate: (operands: readonly TfTensor[], run: Evaluation) => TfTensor;
}

export function variadic(type: string, { gradient, evaluate }: Variadic): Operator {
  return {
    type,
    pointwise: true,
    shapes: (node, inputs) => [inputs.reduce((a, b) => broadcast(node, a, b))],
    ties: tieBroadcast,
    differentiate(node, tape) {
      tape.keep(node);
      const y = output(node);
      return ([incoming]) =>
        node.inputs.map((operand, place) => {
          if (incoming === undefined || !tape.wants(operand)) return undefined;
          const own = gradient(tape, incoming, node.inputs, place, y);
          return sumTo(tape, own, tape.shape(y), tape.shape(operand));
        });
    },
    // One operand alone is a copy: what an operator makes is its own.
    evaluate: (_, operands, run) =>
      operands.length === 1 ? run.tf.clone(operands[0] as TfTensor) : evaluate(operands as TfTensor[], run),
  };
}
