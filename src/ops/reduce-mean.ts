// ReduceMean: the mean over axes. https://onnx.ai/onnx/operators/onnx__ReduceMean.html
import { reduction } from './reduction';

export const reduceMean = reduction('ReduceMean', {
  gradient: (tape, gradient, _x, _y, count) => tape.op('Mul', [gradient, tape.float(1 / count)]),
  evaluate: (x, axes, keep, { tf }) => tf.mean(x, axes, keep),
});
