// Dropout: nothing at inference; in training a mask that the loop feeds, so that a step can be repeated bit for bit.
// https://onnx.ai/onnx/operators/onnx__Dropout.html
import type { Node } from '../model/graph';
import { always, elementwise } from './elementwise';
import { input, numberAttribute, type Operator, output, type Tape } from './operator';

export const DROPOUT_RATE = 'rate';

const atInference = elementwise('Dropout', {
  monotone: always,
  gradient: (_, gradient) => gradient,
  evaluate: (x, { tf }) => tf.clone(x),
});

/** Multiplies by a mask of the input's shape and returns the mask. */
function masked(node: Node, tape: Tape): string {
  const x = input(node, 0);
  const mask = tape.mask(tape.shape(x).map(Number), numberAttribute(node, DROPOUT_RATE, 0.5));
  tape.op('Mul', [x, mask], {}, output(node));
  return mask;
}

export const dropout: Operator = {
  ...atInference,
  inTraining: (node, tape) => {
    masked(node, tape);
  },
  differentiate(node, tape) {
    const x = input(node, 0);
    const mask = masked(node, tape);
    return ([gradient]) => [gradient !== undefined && tape.wants(x) ? tape.op('Mul', [gradient, mask]) : undefined];
  },
};
