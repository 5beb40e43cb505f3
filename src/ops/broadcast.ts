// NumPy-style broadcasting, as the ONNX specification takes it over: shapes, ties, and gradients back to the input's shape.
import type { Dimension, Node, Shape } from '../model/graph';
import { output, type Tape, type Ties } from './operator';

/** The common shape of two operands; a size of 1 stretches. */
export function broadcast(node: Node, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i): Dimension => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    // What only a run tells must fit then: a known size, or the other name's.
    if (typeof left === 'string') return typeof right === 'number' ? right : left;
    if (typeof right === 'string') return left;
    throw new Error(`${node.type} "${node.name}": shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
  });
}

/** Ties every axis of all operands with the same axis of the result; stretched axes stay free. */
export function tieBroadcast(node: Node, ties: Ties): void {
  const result = output(node);
  const shape = ties.shape(result);
  for (const operand of node.inputs) {
    const own = ties.shape(operand);
    own.forEach((size, axis) => {
      const target = axis + shape.length - own.length;
      if (size !== 1 || shape[target] === 1) ties.tie({ value: operand, axis }, { value: result, axis: target });
    });
  }
}

/** Sums a gradient over the axes along which its input was stretched. */
export function sumTo(tape: Tape, gradient: string, from: Shape, to: Shape): string {
  const lead = from.length - to.length;
  const axes = from.map((_, axis) => axis).filter((axis) => axis < lead || (to[axis - lead] === 1 && from[axis] !== 1));
  if (axes.length === 0) return gradient;
  const summed = tape.op('ReduceSum', [gradient, tape.ints(axes)], { keepdims: 1 });
  return lead === 0 ? summed : tape.op('Reshape', [summed, tape.ints(to.map(Number))]);
}
