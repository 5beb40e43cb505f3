// Neg: −x. https://onnx.ai/onnx/operators/onnx__Neg.html
import { elementwise } from './elementwise';

export const neg = elementwise('Neg', {
  gradient: (tape, gradient) => tape.op('Neg', [gradient]),
  evaluate: (x, { tf }) => tf.neg(x),
});
