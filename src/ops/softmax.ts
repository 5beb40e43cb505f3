// Softmax over one axis. https://onnx.ai/onnx/operators/onnx__Softmax.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node, Shape } from '../model/graph';
import { axisWithin, input, numberAttribute, type Operator, output, type Ties } from './operator';

export function softmaxAxis(node: Node, shape: Shape): number {
  return axisWithin(numberAttribute(node, 'axis', -1), shape.length);
}

/** Every axis keeps its channels; on the normalised one, what is left after a cut is scaled by another sum. */
export function tieNormalized(node: Node, ties: Ties): void {
  const [value, result] = [input(node, 0), output(node)];
  const shape = ties.shape(value);
  const normalized = softmaxAxis(node, shape);
  shape.forEach((_, axis) => {
    ties.tie({ value, axis }, { value: result, axis });
    if (axis === normalized) ties.approximate({ value, axis }, `${node.type} normalises over it`);
  });
}

export const softmax: Operator = {
  type: 'Softmax',
  shapes: (_, [shape = []]) => [shape],
  ties: tieNormalized,
  differentiate(node, tape) {
    tape.keep(node);
    const [x, y] = [input(node, 0), output(node)];
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const axis = tape.ints([softmaxAxis(node, tape.shape(x))]);
      const product = tape.op('Mul', [gradient, y]);
      const sum = tape.op('ReduceSum', [product, axis], { keepdims: 1 });
      return [tape.op('Sub', [product, tape.op('Mul', [y, sum])])];
    };
  },
  evaluate: (node, [x], { tf }) => alongLast(node, x as TfTensor, tf, tf.softmax),
};

/** TensorFlow.js normalises over the last axis alone: moves ours there and back. */
export function alongLast(
  node: Node,
  x: TfTensor,
  tf: typeof import('@tensorflow/tfjs-core'),
  normalize: (value: TfTensor) => TfTensor,
): TfTensor {
  const axis = softmaxAxis(node, x.shape);
  const order = x.shape.map((_, i) => i);
  order[axis] = x.rank - 1;
  order[x.rank - 1] = axis;
  return tf.transpose(normalize(tf.transpose(x, order)), order);
}
