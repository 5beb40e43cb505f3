// EyeLike: ones on a diagonal of a matrix as large as the one given, zeros beside it.
// https://onnx.ai/onnx/operators/onnx__EyeLike.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { input, numberAttribute, type Operator, output } from './operator';

/** TensorProto.DataType. */
const FLOAT = 1;

export const eyeLike: Operator = {
  type: 'EyeLike',
  discrete: true,
  shapes: (_, [shape = []]) => [shape],
  ties(node, ties) {
    for (const value of [input(node, 0), output(node)]) {
      for (const axis of [0, 1]) ties.freeze({ value, axis }, 'EyeLike goes by the position on it');
    }
  },
  evaluate(node, [x], { tf }) {
    const [rows = 1, columns = 1] = (x as TfTensor).shape;
    const shift = numberAttribute(node, 'k', 0);
    const ones = Array.from({ length: rows * columns }, (_, n) =>
      (n % columns) - Math.floor(n / columns) === shift ? 1 : 0,
    );
    const whole = numberAttribute(node, 'dtype', FLOAT) !== FLOAT;
    return tf.tensor(ones, [rows, columns], whole ? 'int32' : 'float32');
  },
};
