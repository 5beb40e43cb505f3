// What Add, Sub, Mul and Div have in common: two operands, broadcast.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension, Node } from '../model/graph';
import { broadcast, sumTo, tieBroadcast } from './broadcast';
import { type Evaluation, input, type Operator, output, type Size, type Tape } from './operator';

type Gradient = (tape: Tape, gradient: string, a: string, b: string) => string;

interface Arithmetic {
  readonly gradients: readonly [Gradient, Gradient];
  readonly evaluate: (a: TfTensor, b: TfTensor, run: Evaluation) => TfTensor;
  /** On integers, as sizes are computed. */
  readonly count: (a: number, b: number) => number;
  /** The same on sizes that only a run tells; undefined where the result is no multiple of one. */
  readonly countMultiple?: (a: Dimension, b: Dimension) => Dimension | undefined;
}

export function arithmetic(type: string, { gradients, evaluate, count, countMultiple }: Arithmetic): Operator {
  return {
    type,
    pointwise: true,
    shapes: (node, [a = [], b = []]) => [broadcast(node, a, b)],
    sizes: (node, _, { sizes }) => countSizes(node, sizes(input(node, 0)), sizes(input(node, 1)), count, countMultiple),
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

/** Element by element; a single one goes with all. What is computed from a size known only at run time is a multiple of it, or another. */
export function countSizes(
  node: Node,
  a: readonly Size[] | undefined,
  b: readonly Size[] | undefined,
  count: (a: number, b: number) => number,
  countMultiple?: Arithmetic['countMultiple'],
): Size[] | undefined {
  if (a === undefined || b === undefined || (a.length !== b.length && a.length !== 1 && b.length !== 1))
    return undefined;
  return Array.from({ length: a.length === 1 ? b.length : a.length }, (_, i): Size => {
    const [left, right] = [a[a.length === 1 ? 0 : i] as Size, b[b.length === 1 ? 0 : i] as Size];
    const value =
      typeof left.value === 'number' && typeof right.value === 'number'
        ? count(left.value, right.value)
        : (countMultiple?.(left.value, right.value) ?? `${node.name}_${i}`);
    return { value, from: [...left.from, ...right.from] };
  });
}
