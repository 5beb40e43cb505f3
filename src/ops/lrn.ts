// LRN: divided by a power of the squares of neighbouring channels. https://onnx.ai/onnx/operators/onnx__LRN.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node } from '../model/graph';
import { input, numberAttribute, type Operator, output, type Tape } from './operator';

interface Settings {
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
  /** Channels before and after that count. */
  readonly before: number;
  readonly after: number;
}

function settingsOf(node: Node): Settings {
  const size = numberAttribute(node, 'size', 1);
  return {
    alpha: numberAttribute(node, 'alpha', 1e-4) / size,
    beta: numberAttribute(node, 'beta', 0.75),
    bias: numberAttribute(node, 'bias', 1),
    before: Math.floor((size - 1) / 2),
    after: Math.ceil((size - 1) / 2),
  };
}

/** 1 where channel j counts for channel i, as a matrix [i, j]. */
function band(channels: number, before: number, after: number): number[] {
  return Array.from({ length: channels * channels }, (_, n) => {
    const [i, j] = [Math.floor(n / channels), n % channels];
    return j >= i - before && j <= i + after ? 1 : 0;
  });
}

/** Sums over neighbouring channels of [batch, channels, …], as a product with a matrix of ones along the diagonal. */
function sums(tape: Tape, value: string, x: string, before: number, after: number): string {
  const shape = tape.shape(x).map((_, axis) => fixed(tape.shape(x), axis));
  const channels = shape[1] ?? 1;
  const matrix = tape.op('Reshape', [tape.floats(band(channels, before, after)), tape.ints([channels, channels])]);
  const flat = tape.op('Reshape', [value, tape.ints([shape[0] ?? 1, channels, -1])]);
  return tape.op('Reshape', [tape.op('MatMul', [matrix, flat]), tape.ints(shape)]);
}

export const lrn: Operator = {
  type: 'LRN',
  shapes: (_, [shape = []]) => [shape],
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    ties.shape(value).forEach((_, axis) => {
      ties.tie({ value, axis }, { value: result, axis });
      if (axis === 1) ties.approximate({ value, axis }, 'LRN normalises over neighbours on it');
    });
  },
  differentiate(node, tape) {
    tape.keep(node);
    const [x, y] = [input(node, 0), output(node)];
    const { alpha, beta, bias, before, after } = settingsOf(node);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const squares = sums(tape, tape.op('Mul', [x, x]), x, before, after);
      const base = tape.op('Add', [tape.op('Mul', [squares, tape.float(alpha)]), tape.float(bias)]);
      const direct = tape.op('Mul', [gradient, tape.op('Pow', [base, tape.float(-beta)])]);
      // Channel i's sum reaches channel j where j's window, turned around, holds i.
      const shares = sums(tape, tape.op('Div', [tape.op('Mul', [gradient, y]), base]), x, after, before);
      const through = tape.op('Mul', [tape.op('Mul', [x, shares]), tape.float(2 * alpha * beta)]);
      return [tape.op('Sub', [direct, through])];
    };
  },
  evaluate(node, [x], { tf }) {
    const value = x as TfTensor;
    const [batch = 1, channels = 1] = value.shape;
    const { alpha, beta, bias, before, after } = settingsOf(node);
    const matrix = tf.tensor(band(channels, before, after), [channels, channels]);
    const flat = tf.reshape(tf.square(value), [batch, channels, -1]);
    const squares = tf.reshape(tf.matMul(tf.tile(tf.expandDims(matrix, 0), [batch, 1, 1]), flat), value.shape);
    return tf.div(value, tf.pow(tf.add(tf.mul(squares, alpha), bias), beta));
  },
};
