// MatMul over the last two axes, the others broadcast: a Dense layer over positions, or attention.
// https://onnx.ai/onnx/operators/onnx__MatMul.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node, type Shape } from '../model/graph';
import { elementCount } from '../model/tensor';
import { broadcast, sumTo } from './broadcast';
import { counted } from './multiple';
import { type Axis, input, NoGradientRule, type Operator, output, type Tape } from './operator';

/** Axes that are summed over: the last of a, the last but one of b. A vector has one axis alone. */
const inner = (b: Shape): number => Math.max(0, b.length - 2);

export const matmul: Operator = {
  type: 'MatMul',
  shapes(node, [a = [], b = []]) {
    const [left, right] = [a.at(-1), b[inner(b)]];
    const differ = typeof left === 'number' && typeof right === 'number' && left !== right;
    if (a.length === 0 || b.length === 0 || differ) {
      throw new Error(`MatMul "${node.name}": [${a.join(', ')}] and [${b.join(', ')}] do not multiply`);
    }
    const lead = broadcast(node, a.slice(0, -2), b.slice(0, -2));
    return [[...lead, ...(a.length > 1 ? [a.at(-2) ?? 1] : []), ...(b.length > 1 ? [b.at(-1) ?? 1] : [])]];
  },
  ties(node, ties) {
    const [a, b, y] = [input(node, 0), input(node, 1), output(node)];
    const [left, right, result] = [ties.shape(a), ties.shape(b), ties.shape(y)];
    ties.tie({ value: a, axis: left.length - 1 }, { value: b, axis: inner(right) });
    if (right.length > 1) ties.tie({ value: b, axis: right.length - 1 }, { value: y, axis: result.length - 1 });
    if (left.length > 1) {
      ties.tie({ value: a, axis: left.length - 2 }, { value: y, axis: result.length - (right.length > 1 ? 2 : 1) });
    }
    for (const [value, shape] of [
      [a, left],
      [b, right],
    ] as const) {
      for (let axis = 0; axis < shape.length - 2; axis++) {
        const target = axis + result.length - shape.length;
        if (shape[axis] === result[target]) ties.tie({ value, axis }, { value: y, axis: target });
      }
    }
  },
  contracts(node, shape) {
    const [a, b] = [input(node, 0), input(node, 1)];
    return [{ input: { value: a, axis: shape(a).length - 1 }, weight: { value: b, axis: inner(shape(b)) } }];
  },
  produces(node, shape) {
    const [a, b, y] = [input(node, 0), input(node, 1), output(node)];
    const [left, right, result] = [shape(a).length, shape(b).length, shape(y).length];
    if (right < 2) return undefined;
    // A weight on the left, W · x, makes rows.
    const rows: { output: Axis; weight: Axis } = {
      output: { value: y, axis: result - 2 },
      weight: { value: a, axis: left - 2 },
    };
    return left === 2 && right > 2
      ? rows
      : { output: { value: y, axis: result - 1 }, weight: { value: b, axis: right - 1 } };
  },
  macs: (_, [a = []], [y = []]) => elementCount(counted([...y, a.at(-1) ?? 1])),
  differentiate(node, tape) {
    tape.keep(node);
    const [a, b] = [input(node, 0), input(node, 1)];
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const [left, right] = [tape.shape(a), tape.shape(b)];
      if (left.length < 2 || right.length < 2) throw new NoGradientRule(node, 'the MatMul of a vector');
      if (right.length === 2) return byRows(node, tape, gradient);
      const y = tape.shape(output(node));
      const lead = y.slice(0, -2);
      const toA = (): string => tape.op('MatMul', [gradient, turned(tape, b)]);
      const toB = (): string => tape.op('MatMul', [turned(tape, a), gradient]);
      return [
        tape.wants(a) ? sumTo(tape, toA(), [...lead, ...left.slice(-2)], left) : undefined,
        tape.wants(b) ? sumTo(tape, toB(), [...lead, ...right.slice(-2)], right) : undefined,
      ];
    };
  },
  evaluate: (node, [a, b], { tf }) => {
    const [left, right] = [a as TfTensor, b as TfTensor];
    if (right.rank !== 2) {
      const lead = broadcast(node, left.shape.slice(0, -2), right.shape.slice(0, -2)).map(Number);
      const stretched = (value: TfTensor): TfTensor => tf.broadcastTo(value, [...lead, ...value.shape.slice(-2)]);
      return tf.matMul(stretched(left), stretched(right));
    }
    const flat = tf.matMul(tf.reshape(left, [-1, right.shape[0] ?? 1]), right as never);
    return tf.reshape(flat, [...left.shape.slice(0, -1), right.shape[1] ?? 1]);
  },
};

/** Where b has two axes, all the rows of a make one matrix. */
function byRows(node: Node, tape: Tape, gradient: string): (string | undefined)[] {
  const [a, b] = [input(node, 0), input(node, 1)];
  const [from, to] = [fixed(tape.shape(b), 0), fixed(tape.shape(b), 1)];
  const flat = (value: string, width: number): string => tape.op('Reshape', [value, tape.ints([-1, width])]);
  return [
    tape.wants(a) ? tape.op('MatMul', [gradient, turned(tape, b)]) : undefined,
    tape.wants(b) ? tape.op('Gemm', [flat(a, from), flat(gradient, to)], { transA: 1 }) : undefined,
  ];
}

/** With the last two axes exchanged. */
function turned(tape: Tape, value: string): string {
  const rank = tape.shape(value).length;
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  return tape.op('Transpose', [value], { perm: [...perm.slice(0, -2), rank - 1, rank - 2] });
}
