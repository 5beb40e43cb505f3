// The gradient of operators that only lay the same elements out in another shape: the gradient in the shape of the input.
import type { Node } from '../model/graph';
import { type Backward, input, type Tape } from './operator';

export function sameElements(node: Node, tape: Tape): Backward {
  tape.keep(node);
  const x = input(node, 0);
  return ([gradient]) => {
    if (gradient === undefined || !tape.wants(x)) return [];
    return [tape.op('Reshape', [gradient, tape.ints(tape.shape(x).map(Number))])];
  };
}
