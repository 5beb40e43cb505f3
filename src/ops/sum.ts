// Sum of any number of operands, broadcast. https://onnx.ai/onnx/operators/onnx__Sum.html
import { sumTo } from './broadcast';
import { type Operator, output } from './operator';
import { variadic } from './variadic';

export const sum: Operator = {
  ...variadic('Sum', (a, b, { tf }) => tf.add(a, b)),
  differentiate(node, tape) {
    tape.keep(node);
    return ([gradient]) =>
      node.inputs.map((value) =>
        gradient !== undefined && tape.wants(value)
          ? sumTo(tape, gradient, tape.shape(output(node)), tape.shape(value))
          : undefined,
      );
  },
};
