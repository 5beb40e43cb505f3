// ReduceSum. https://onnx.ai/onnx/operators/onnx__ReduceSum.html
import { reduction } from './reduction';

export const reduceSum = reduction('ReduceSum', {
  frozen: 'a sum is taken over it',
  share: (_, gradient) => gradient,
  evaluate: (tf, x, axes, keep) => tf.sum(x, axes, keep),
});
