// Size: how many elements there are. https://onnx.ai/onnx/operators/onnx__Size.html
import { elementCount } from '../model/tensor';
import { input, type Operator } from './operator';

export const size: Operator = {
  type: 'Size',
  discrete: true,
  shapes: () => [[]],
  sizes(node, [shape = []]) {
    const from = shape.map((_, axis) => ({ value: input(node, 0), axis }));
    const known = shape.every((size) => typeof size === 'number');
    return [{ value: known ? elementCount(shape as number[]) : `${node.name}_count`, from }];
  },
  // It reads how many there are and nothing else.
  ties: () => undefined,
  shapeInputs: [0],
  evaluate: (_, [x], { tf }) => tf.scalar(x?.size ?? 0, 'int32'),
};
