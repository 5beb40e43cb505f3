// Size: the number of elements. https://onnx.ai/onnx/operators/onnx__Size.html
import type { Operator } from './operator';

export const size: Operator = {
  type: 'Size',
  shapes: () => [[]],
  evaluate: (_, [x], { tf }) => tf.scalar(x?.size ?? 0, 'int32'),
};
