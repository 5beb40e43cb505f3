// ReduceSum: the sum over axes. https://onnx.ai/onnx/operators/onnx__ReduceSum.html
import { reduction } from './reduction';

export const reduceSum = reduction('ReduceSum', {
  gradient: (_, gradient) => gradient,
  evaluate: (x, axes, keep, { tf }) => tf.sum(x, axes, keep),
});
