// InstanceNormalization: every channel of every sample over its own positions.
// https://onnx.ai/onnx/operators/onnx__InstanceNormalization.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Shape } from '../model/graph';
import { input, numberAttribute, type Operator, output } from './operator';

const positions = (shape: Shape): number[] => shape.map((_, axis) => axis).slice(2);

export const instanceNormalization: Operator = {
  type: 'InstanceNormalization',
  shapes: (_, [shape = []]) => [shape],
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    ties.shape(value).forEach((_, axis) => {
      ties.tie({ value, axis }, { value: result, axis });
      if (axis > 1) ties.approximate({ value, axis }, 'InstanceNormalization normalises over it');
    });
    for (const parameter of node.inputs.slice(1)) ties.tie({ value: parameter, axis: 0 }, { value, axis: 1 });
  },
  differentiate(node, tape) {
    const [x, scale, bias] = [input(node, 0), input(node, 1), input(node, 2)];
    const shape = tape.shape(x);
    const axes = tape.ints(positions(shape));
    const along = tape.ints(shape.map((_, axis) => (axis === 1 ? fixed(shape, 1) : 1)));
    const perChannel = (value: string): string => tape.op('Reshape', [value, along]);
    const mean = (value: string): string => tape.op('ReduceMean', [value, axes], { keepdims: 1 });
    const centred = tape.op('Sub', [x, mean(x)]);
    const epsilon = tape.float(numberAttribute(node, 'epsilon', 1e-5));
    const spread = mean(tape.op('Mul', [centred, centred]));
    const inverse = tape.op('Reciprocal', [tape.op('Sqrt', [tape.op('Add', [spread, epsilon])])]);
    const normal = tape.op('Mul', [centred, inverse]);
    tape.op('Add', [tape.op('Mul', [normal, perChannel(scale)]), perChannel(bias)], {}, output(node));
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const others = tape.ints(shape.map((_, axis) => axis).filter((axis) => axis !== 1));
      const perScale = (value: string): string => tape.op('ReduceSum', [value, others], { keepdims: 0 });
      const toX = (): string => {
        const scaled = tape.op('Mul', [gradient, perChannel(scale)]);
        const back = tape.op('Mul', [normal, mean(tape.op('Mul', [scaled, normal]))]);
        return tape.op('Mul', [tape.op('Sub', [tape.op('Sub', [scaled, mean(scaled)]), back]), inverse]);
      };
      return [
        tape.wants(x) ? toX() : undefined,
        tape.wants(scale) ? perScale(tape.op('Mul', [gradient, normal])) : undefined,
        tape.wants(bias) ? perScale(gradient) : undefined,
      ];
    };
  },
  evaluate(node, [x, scale, bias], { tf }) {
    const value = x as TfTensor;
    const along = value.shape.map((size, axis) => (axis === 1 ? size : 1));
    const { mean, variance } = tf.moments(value, positions(value.shape), true);
    const deviation = tf.sqrt(tf.add(variance, numberAttribute(node, 'epsilon', 1e-5)));
    const normal = tf.div(tf.sub(value, mean), deviation);
    return tf.add(tf.mul(normal, tf.reshape(scale as TfTensor, along)), tf.reshape(bias as TfTensor, along));
  },
};
