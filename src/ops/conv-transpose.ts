// ConvTranspose: weight [in, out / groups, ...kernel]; the gradient of a Conv with the same weight.
// https://onnx.ai/onnx/operators/onnx__ConvTranspose.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { type Dimension, fixed, type Node, type Shape } from '../model/graph';
import { elementCount } from '../model/tensor';
import { evaluateConv } from './conv-evaluation';
import { gradientOfWeight } from './conv-weight-gradient';
import { channelsThrough, gradientOfBias, groupsOf, imageOf } from './groups';
import { counted, perSample } from './multiple';
import { type Evaluation, input, listAttribute, type Operator, output } from './operator';
import { type Window, windowOf } from './window';

/** Padding that makes the output as large as the node says, where it says so; else as given. */
function transposedWindow(node: Node, weight: Shape, spatial: Shape): { window: Window; rest: readonly number[] } {
  const window = windowOf(node, weight.slice(2).map(Number), spatial);
  const rest = listAttribute(node, 'output_padding', new Array<number>(spatial.length).fill(0));
  const wanted = listAttribute(node, 'output_shape', []);
  if (wanted.length === 0) return { window, rest };
  const lower = node.attributes.auto_pad === 'SAME_LOWER';
  const total = spatial.map((size, i) => Math.max(0, spread(Number(size), window, i, 0, rest) - (wanted[i] ?? 0)));
  const small = total.map((pad) => Math.floor(pad / 2));
  const large = total.map((pad, i) => pad - (small[i] ?? 0));
  return { window: { ...window, before: lower ? large : small, after: lower ? small : large }, rest };
}

/** Size of an axis of the output. */
function spread(size: number, window: Window, i: number, padding: number, rest: readonly number[]): number {
  const [kernel = 1, stride = 1, dilation = 1] = [window.kernel[i], window.strides[i], window.dilations[i]];
  return stride * (size - 1) + (rest[i] ?? 0) + dilation * (kernel - 1) + 1 - padding;
}

export const convTranspose: Operator = {
  type: 'ConvTranspose',
  shapes(node, [x = [], weight = []]) {
    const differ = typeof x[1] === 'number' && typeof weight[0] === 'number' && x[1] !== weight[0];
    if (x.length !== weight.length || differ) {
      throw new Error(`ConvTranspose "${node.name}" reads ${weight[0]} channels, its input is [${x.join(', ')}]`);
    }
    const { window, rest } = transposedWindow(node, weight, x.slice(2));
    const sizes = x.slice(2).map((size, i): Dimension => {
      if (typeof size === 'string') return `${node.name}_${i}`;
      return spread(size, window, i, (window.before[i] ?? 0) + (window.after[i] ?? 0), rest);
    });
    if (sizes.some((size) => typeof size === 'number' && size < 1)) {
      throw new Error(`ConvTranspose "${node.name}": its padding leaves nothing of [${x.join(', ')}]`);
    }
    return [[x[0] ?? 1, fixed(weight, 1) * groupsOf(node), ...sizes]];
  },
  expects: (node, [, weight]) => imageOf(node, weight, Number(weight?.[0])),
  ...channelsThrough(0),
  macs: (_, [x = [], weight = []]) =>
    perSample(x[0]) * elementCount(counted(x.slice(1))) * elementCount(weight.slice(1).map(Number)),
  differentiate(node, tape) {
    tape.keep(node);
    const [x, weight] = [input(node, 0), input(node, 1)];
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const [from, to] = [tape.shape(x), tape.shape(output(node))];
      const { window } = transposedWindow(node, tape.shape(weight), from.slice(2));
      const { kernel, strides, dilations, before, after } = window;
      const attributes = {
        kernel_shape: kernel,
        strides,
        dilations,
        pads: [...before, ...after],
        group: groupsOf(node),
      };
      // The Conv that this is the gradient of reads y and makes x.
      const reversed = { window, groups: groupsOf(node), from: to, to: from };
      return [
        tape.wants(x) ? tape.op('Conv', [gradient, weight], attributes) : undefined,
        tape.wants(weight) ? gradientOfWeight(tape, reversed, gradient, x) : undefined,
        gradientOfBias(node, tape, gradient),
      ];
    };
  },
  evaluate(node, [x, weight, bias], run) {
    const [value, kernel] = [x as TfTensor, weight as TfTensor];
    const spatial = value.shape.slice(2);
    const { window, rest } = transposedWindow(node, kernel.shape, spatial);
    const { before, after, dilations } = window;
    const reach = window.kernel.map((size, i) => (dilations[i] ?? 1) * (size - 1));
    // As a plain convolution: of the input with zeros between its elements, by the kernel turned round.
    const around = reach.map((far, i) => [far - (before[i] ?? 0), far - (after[i] ?? 0) + (rest[i] ?? 0)] as const);
    const spread = resized(spreadOut(value, window.strides, run), around, run);
    const ones = spatial.map(() => 1);
    const none = spatial.map(() => 0);
    const plain = { kernel: window.kernel, strides: ones, dilations, before: none, after: none };
    return evaluateConv(run, spread, turned(kernel, groupsOf(node), run), bias, plain, groupsOf(node));
  },
};

/** Puts stride − 1 zeros between neighbours on every spatial axis. */
function spreadOut(x: TfTensor, strides: readonly number[], { tf }: Evaluation): TfTensor {
  return strides.reduce((value, stride, i) => {
    const [axis, shape] = [i + 2, value.shape];
    if (stride === 1) return value;
    const size = shape[axis] ?? 1;
    const apart = tf.reshape(value, [elementCount(shape.slice(0, axis + 1)), 1, elementCount(shape.slice(axis + 1))]);
    const sides: [number, number][] = [
      [0, 0],
      [0, stride - 1],
      [0, 0],
    ];
    const wide = tf.reshape(tf.pad(apart, sides), [...shape.slice(0, axis), size * stride, ...shape.slice(axis + 1)]);
    const end = wide.shape.map((length, other) => (other === axis ? length - stride + 1 : length));
    return tf.slice(
      wide,
      wide.shape.map(() => 0),
      end,
    );
  }, x);
}

/** Zeros before and after every spatial axis; a negative amount takes as much away. */
function resized(x: TfTensor, around: readonly (readonly [number, number])[], { tf }: Evaluation): TfTensor {
  const sides = around.map(([a, b]): [number, number] => [Math.max(0, a), Math.max(0, b)]);
  const wide = tf.pad(x, [[0, 0], [0, 0], ...sides]);
  const begin = [0, 0, ...around.map(([a]) => Math.max(0, -a))];
  const size = wide.shape.map((length, axis) => {
    const [a = 0, b = 0] = around[axis - 2] ?? [];
    return length - Math.max(0, -a) - Math.max(0, -b);
  });
  return tf.slice(wide, begin, size);
}

/** [in, out / groups, ...kernel] as the weight [out, in / groups, ...kernel] of a Conv, its kernel turned round. */
function turned(weight: TfTensor, groups: number, { tf }: Evaluation): TfTensor {
  const [inputs = 1, outputs = 1, ...kernel] = weight.shape;
  const apart = tf.reshape(weight, [groups, inputs / groups, outputs, elementCount(kernel)]);
  const swapped = tf.transpose(tf.reverse(apart, 3), [0, 2, 1, 3]);
  return tf.reshape(swapped, [groups * outputs, inputs / groups, ...kernel]);
}
