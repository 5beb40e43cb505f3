// What Min and Max have in common: the gradient goes to the operand that was chosen, in equal parts where several were.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension } from '../model/graph';
import { countSizes } from './arithmetic';
import { indicator } from './elementwise';
import type { Evaluation, Operator } from './operator';
import { variadic } from './variadic';

/** @param count the same of numbers: what sizes are computed of. */
export function extreme(
  type: string,
  pick: (a: TfTensor, b: TfTensor, run: Evaluation) => TfTensor,
  count: (a: number, b: number) => number,
): Operator {
  const operator = variadic(type, {
    gradient: (tape, gradient, operands, place, y) => {
      const chosen = operands.map((operand) => indicator(tape, tape.op('Equal', [operand, y])));
      const count = tape.op('Sum', chosen);
      return tape.op('Mul', [chosen[place] ?? '', tape.op('Div', [gradient, count])]);
    },
    evaluate: (operands, run) => operands.reduce((a, b) => pick(stretched(a, b, run), stretched(b, a, run), run)),
  });
  // Of a size that only a run tells it is known where both are the same.
  const same = (a: Dimension, b: Dimension): Dimension | undefined => (a === b ? a : undefined);
  return {
    ...operator,
    sizes: (node, _, { sizes }) =>
      node.inputs
        .map((name) => sizes(name))
        .reduce((all, own, place) => (place === 0 ? own : countSizes(node, all, own, count, same))),
  };
}

/** TensorFlow.js' gradient of a maximum is wrong where an operand is stretched. */
function stretched(x: TfTensor, other: TfTensor, { tf }: Evaluation): TfTensor {
  return tf.broadcastTo(x, tf.broadcast_util.assertAndGetBroadcastShape(x.shape, other.shape));
}
