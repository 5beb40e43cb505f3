// ReduceSumSquare: the sum of squares over axes. https://onnx.ai/onnx/operators/onnx__ReduceSumSquare.html
import { reduction } from './reduction';

export const reduceSumSquare = reduction('ReduceSumSquare', {
  gradient: (tape, gradient, x) => tape.op('Mul', [gradient, tape.op('Mul', [x, tape.float(2)])]),
  evaluate: (x, axes, keep, { tf }) => tf.sum(tf.square(x), axes, keep),
});
