// ReduceMin: the minimum over axes. https://onnx.ai/onnx/operators/onnx__ReduceMin.html
import { indicator } from './elementwise';
import { reduction } from './reduction';

export const reduceMin = reduction('ReduceMin', {
  gradient: (tape, gradient, x, y) => tape.op('Mul', [gradient, indicator(tape, tape.op('Equal', [x, y]))]),
  evaluate: (x, axes, keep, { tf }) => tf.min(x, axes, keep),
});
