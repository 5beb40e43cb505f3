// PRelu: x where x ≥ 0, else slope × x, with a learned slope. https://onnx.ai/onnx/operators/onnx__PRelu.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { sumTo, tieBroadcast } from './broadcast';
import { input, type Operator, output } from './operator';

export const prelu: Operator = {
  type: 'PRelu',
  pointwise: true,
  shapes: (_, [shape = []]) => [shape],
  ties: tieBroadcast,
  differentiate(node, tape) {
    tape.keep(node);
    const [x, slope] = [input(node, 0), input(node, 1)];
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const positive = tape.op('Greater', [x, tape.float(0)]);
      const full = tape.shape(output(node));
      const toX = (): string => tape.op('Mul', [gradient, tape.op('Where', [positive, tape.float(1), slope])]);
      const toSlope = (): string => {
        const negative = tape.op('Min', [x, tape.float(0)]);
        return sumTo(tape, tape.op('Mul', [gradient, negative]), full, tape.shape(slope));
      };
      return [tape.wants(x) ? toX() : undefined, tape.wants(slope) ? toSlope() : undefined];
    };
  },
  evaluate: (_, [x, slope], { tf }) =>
    tf.add(tf.relu(x as TfTensor), tf.mul(slope as TfTensor, tf.minimum(x as TfTensor, 0))),
};
