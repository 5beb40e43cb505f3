// LayerNormalization over the axes from `axis` on, with a scale and bias an element.
// https://onnx.ai/onnx/operators/onnx__LayerNormalization.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { sumTo } from './broadcast';
import { axisWithin, input, numberAttribute, type Operator, output } from './operator';

const firstAxis = (node: Node, rank: number): number => axisWithin(numberAttribute(node, 'axis', -1), rank);

function axesFrom(first: number, rank: number): number[] {
  return Array.from({ length: rank - first }, (_, i) => first + i);
}

export const layerNormalization: Operator = {
  type: 'LayerNormalization',
  shapes: (node, [shape = []]) => {
    const statistics = shape.map((size, axis) => (axis < firstAxis(node, shape.length) ? size : 1));
    return [shape, statistics, statistics];
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const shape = ties.shape(value);
    const first = firstAxis(node, shape.length);
    shape.forEach((_, axis) => {
      ties.tie({ value, axis }, { value: result, axis });
      if (axis >= first) ties.approximate({ value, axis }, 'LayerNormalization normalises over it');
    });
    for (const parameter of node.inputs.slice(1)) {
      if (parameter === '') continue;
      const own = ties.shape(parameter);
      own.forEach((size, i) => {
        const axis = i + shape.length - own.length;
        if (size === shape[axis]) ties.tie({ value: parameter, axis: i }, { value, axis });
      });
    }
  },
  differentiate(node, tape) {
    const [x, scale, bias] = [input(node, 0), input(node, 1), node.inputs[2]];
    const shape = tape.shape(x);
    const axes = axesFrom(firstAxis(node, shape.length), shape.length);
    const mean = (value: string): string => tape.op('ReduceMean', [value, tape.ints(axes)], { keepdims: 1 });
    const centred = tape.op('Sub', [x, mean(x)]);
    const epsilon = tape.float(numberAttribute(node, 'epsilon', 1e-5));
    const spread = mean(tape.op('Mul', [centred, centred]));
    const inverse = tape.op('Reciprocal', [tape.op('Sqrt', [tape.op('Add', [spread, epsilon])])]);
    const normal = tape.op('Mul', [centred, inverse]);
    if (bias) tape.op('Add', [tape.op('Mul', [normal, scale]), bias], {}, output(node));
    else tape.op('Mul', [normal, scale], {}, output(node));
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const toX = (): string => {
        const scaled = tape.op('Mul', [gradient, scale]);
        const along = tape.op('Mul', [normal, mean(tape.op('Mul', [scaled, normal]))]);
        return tape.op('Mul', [tape.op('Sub', [tape.op('Sub', [scaled, mean(scaled)]), along]), inverse]);
      };
      const toScale = (): string => sumTo(tape, tape.op('Mul', [gradient, normal]), shape, tape.shape(scale));
      return [
        tape.wants(x) ? toX() : undefined,
        tape.wants(scale) ? toScale() : undefined,
        bias && tape.wants(bias) ? sumTo(tape, gradient, shape, tape.shape(bias)) : undefined,
      ];
    };
  },
  evaluate(node, [x, scale, bias], { tf }) {
    const value = x as TfTensor;
    const { mean, variance } = tf.moments(value, axesFrom(firstAxis(node, value.rank), value.rank), true);
    const deviation = tf.sqrt(tf.add(variance, numberAttribute(node, 'epsilon', 1e-5)));
    const scaled = tf.mul(tf.div(tf.sub(value, mean), deviation), scale as TfTensor);
    return bias ? tf.add(scaled, bias) : scaled;
  },
};
