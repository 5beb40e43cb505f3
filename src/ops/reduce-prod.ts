// ReduceProd: the product over axes. https://onnx.ai/onnx/operators/onnx__ReduceProd.html
import { reduction } from './reduction';

export const reduceProd = reduction('ReduceProd', {
  gradient: (tape, gradient, x, y) => tape.op('Div', [tape.op('Mul', [gradient, y]), x]),
  evaluate: (x, axes, keep, { tf }) => tf.prod(x, axes, keep),
});
