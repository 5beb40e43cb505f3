// ReduceMean. https://onnx.ai/onnx/operators/onnx__ReduceMean.html
import { reduction } from './reduction';

export const reduceMean = reduction('ReduceMean', {
  frozen: 'a mean is taken over it',
  share: (tape, gradient, count) => tape.op('Mul', [gradient, tape.float(1 / count)]),
  evaluate: (tf, x, axes, keep) => tf.mean(x, axes, keep),
});
