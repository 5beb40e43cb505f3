// ReduceL2: the Euclidean norm over axes. https://onnx.ai/onnx/operators/onnx__ReduceL2.html
import { reduction } from './reduction';

export const reduceL2 = reduction('ReduceL2', {
  gradient: (tape, gradient, x, y) => tape.op('Div', [tape.op('Mul', [gradient, x]), y]),
  evaluate: (x, axes, keep, { tf }) => tf.sqrt(tf.sum(tf.square(x), axes, keep)),
});
