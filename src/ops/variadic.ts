// What Sum and Max have in common: any number of operands, broadcast.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { broadcast, tieBroadcast } from './broadcast';
import type { Evaluation, Operator } from './operator';

export function variadic(type: string, evaluate: (a: TfTensor, b: TfTensor, run: Evaluation) => TfTensor): Operator {
  return {
    type,
    shapes: (node, inputs) => [inputs.reduce((a, b) => broadcast(node, a, b))],
    ties: tieBroadcast,
    // One operand alone is a copy: what an operator makes is its own.
    evaluate: (_, inputs, run) =>
      inputs.length === 1 ? run.tf.clone(inputs[0] as TfTensor) : inputs.reduce((a, b) => evaluate(a, b, run)),
  };
}
