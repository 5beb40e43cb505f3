// MaxPool. https://onnx.ai/onnx/operators/onnx__MaxPool.html
import type { Tensor4D, Tensor5D, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node } from '../model/graph';
import { elementCount } from '../model/tensor';
import { indicator } from './elementwise';
import { onImages } from './images';
import { type Evaluation, input, type Operator, output, type Tape } from './operator';
import { stretch } from './stretch';
import { slide, tiePooling, tiles, type Window, windowAttributes, windowOf } from './window';

/** Lower than any activation; TensorFlow.js' gradient kernels do not take −∞. */
const OUTSIDE = -3e38;

export const maxPool: Operator = {
  type: 'MaxPool',
  shapes: (node, [x = []]) => [
    [x[0] ?? 1, x[1] ?? 1, ...slide(node, x.slice(2), windowOf(node, undefined, x.slice(2)))],
  ],
  ties: tiePooling,
  differentiate(node, tape) {
    const x = input(node, 0);
    if (!tape.wants(x)) {
      tape.keep(node);
      return () => [];
    }
    const window = windowOf(node, undefined, tape.shape(x).slice(2));
    return tiles(window) ? byMask(node, tape, window) : byIndices(node, tape, window);
  },
  evaluate(node, [x], run) {
    const value = x as TfTensor;
    const window = windowOf(node, undefined, value.shape.slice(2));
    return onImages(run, value, window, OUTSIDE, (image, inside) => pooled(run, image, inside));
  },
};

function pooled({ tf }: Evaluation, image: Tensor4D | Tensor5D, { kernel, strides, dilations }: Window): TfTensor {
  if (image.rank === 5) {
    return tf.maxPool3d(image as Tensor5D, kernel as [number, number, number], strides as [number, number, number], 0);
  }
  const [window, steps, gaps] = [kernel, strides, dilations] as [number, number][];
  const pool = (step: [number, number] | number): TfTensor =>
    tf.pool(image as Tensor4D, window as [number, number], 'max', 'valid', gaps, step);
  if (dilations.every((dilation) => dilation === 1)) return pool(steps as [number, number]);
  // TensorFlow.js pools with gaps or with strides, not with both.
  const every = pool(1);
  return tf.stridedSlice(every, [0, 0, 0, 0], every.shape, [1, ...strides, 1]);
}

/**
 * Windows side by side: the gradient goes to the elements that equal their window's maximum, shared equally where
 * several do. Faster than asking MaxPool for indices, which onnxruntime computes without vector instructions.
 */
function byMask(node: Node, tape: Tape, window: Window): ReturnType<NonNullable<Operator['differentiate']>> {
  tape.keep(node);
  const [x, y] = [input(node, 0), output(node)];
  return ([gradient]) => {
    if (gradient === undefined) return [];
    const shape = tape.shape(x);
    const winners = indicator(tape, tape.op('Equal', [x, stretch(tape, y, window.kernel, shape)]));
    const share = tape.op('AveragePool', [winners], windowAttributes(window));
    const each = tape.op('Div', [gradient, tape.op('Mul', [share, tape.float(elementCount(window.kernel))])]);
    return [tape.op('Mul', [winners, stretch(tape, each, window.kernel, shape)])];
  };
}

/** Overlapping or padded windows: the gradients are added up at the positions of the maxima. */
function byIndices(node: Node, tape: Tape, window: Window): ReturnType<NonNullable<Operator['differentiate']>> {
  const x = input(node, 0);
  const [pooled = '', indices = ''] = tape.ops('MaxPool', [x], windowAttributes(window), 2);
  tape.op('Identity', [pooled], {}, output(node));
  return ([gradient]) => {
    if (gradient === undefined) return [];
    const shape = tape.shape(x).map((_, axis) => fixed(tape.shape(x), axis));
    const flat = (value: string): string => tape.op('Reshape', [value, tape.ints([-1])]);
    const zeros = tape.op('Expand', [tape.float(0), tape.ints([elementCount(shape)])]);
    const scattered = tape.op('ScatterElements', [zeros, flat(indices), flat(gradient)], { axis: 0, reduction: 'add' });
    return [tape.op('Reshape', [scattered, tape.ints(shape)])];
  };
}
