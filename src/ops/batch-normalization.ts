// BatchNormalization over axis 1: by moving averages at inference, by the batch's own statistics in training.
// https://onnx.ai/onnx/operators/onnx__BatchNormalization.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node } from '../model/graph';
import { elementCount } from '../model/tensor';
import { input, numberAttribute, type Operator, output, type Tape } from './operator';

export const batchNormalization: Operator = {
  type: 'BatchNormalization',
  shapes: (_, [shape = []]) => [shape],
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    ties.shape(value).forEach((_, axis) => {
      ties.tie({ value, axis }, { value: result, axis });
    });
    for (const parameter of node.inputs.slice(1)) {
      ties.tie({ value: parameter, axis: 0 }, { value, axis: 1 });
    }
  },
  inTraining: (node, tape) => {
    normalizeBatch(node, tape);
  },
  differentiate(node, tape) {
    const { x, gamma, beta, axes, count, flat, normal, inverse, perChannel } = normalizeBatch(node, tape);
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const toBeta = tape.op('ReduceSum', [gradient, axes], { keepdims: 1 });
      const toGamma = tape.op('ReduceSum', [tape.op('Mul', [gradient, normal]), axes], { keepdims: 1 });
      const toX = (): string => {
        const each = tape.float(1 / count);
        const shift = tape.op('Mul', [toBeta, each]);
        const along = tape.op('Mul', [normal, tape.op('Mul', [toGamma, each])]);
        const rest = tape.op('Sub', [tape.op('Sub', [gradient, shift]), along]);
        return tape.op('Mul', [rest, tape.op('Mul', [inverse, perChannel(gamma)])]);
      };
      return [
        tape.wants(x) ? toX() : undefined,
        tape.wants(gamma) ? tape.op('Reshape', [toGamma, flat]) : undefined,
        tape.wants(beta) ? tape.op('Reshape', [toBeta, flat]) : undefined,
      ];
    };
  },
  evaluate(node, [x, gamma, beta, mean, variance], { tf }) {
    const value = x as TfTensor;
    const along = value.shape.map((size, axis) => (axis === 1 ? size : 1));
    const [g, b, m, v] = [gamma, beta, mean, variance].map((p) => tf.reshape(p as TfTensor, along)) as [
      TfTensor,
      TfTensor,
      TfTensor,
      TfTensor,
    ];
    const deviation = tf.sqrt(tf.add(v, numberAttribute(node, 'epsilon', 1e-5)));
    return tf.add(tf.mul(tf.div(tf.sub(value, m), deviation), g), b);
  },
};

/** Normalises by the batch's own mean and variance, and moves the averages towards them. */
function normalizeBatch(node: Node, tape: Tape) {
  const [x, gamma, beta, mean, variance] = [0, 1, 2, 3, 4].map((i) => input(node, i)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const shape = tape.shape(x);
  const axes = tape.ints(shape.map((_, axis) => axis).filter((axis) => axis !== 1));
  const count = elementCount(shape.filter((_, axis) => axis !== 1).map(Number));
  const along = tape.ints(shape.map((_, axis) => (axis === 1 ? fixed(shape, 1) : 1)));
  const perChannel = (value: string): string => tape.op('Reshape', [value, along]);
  const flat = tape.ints([fixed(shape, 1)]);

  const average = tape.op('ReduceMean', [x, axes], { keepdims: 1 });
  const centred = tape.op('Sub', [x, average]);
  const spread = tape.op('ReduceMean', [tape.op('Mul', [centred, centred]), axes], { keepdims: 1 });
  const epsilon = tape.float(numberAttribute(node, 'epsilon', 1e-5));
  const inverse = tape.op('Reciprocal', [tape.op('Sqrt', [tape.op('Add', [spread, epsilon])])]);
  const normal = tape.op('Mul', [centred, inverse]);
  const scaled = tape.op('Mul', [normal, perChannel(gamma)]);
  tape.op('Add', [scaled, perChannel(beta)], {}, output(node));
  const momentum = numberAttribute(node, 'momentum', 0.9);
  tape.update(mean, moving(tape, mean, tape.op('Reshape', [average, flat]), momentum));
  tape.update(variance, moving(tape, variance, tape.op('Reshape', [spread, flat]), momentum));
  return { x, gamma, beta, axes, count, flat, normal, inverse, perChannel };
}

/** momentum × old + (1 − momentum) × new. */
function moving(tape: Tape, weight: string, value: string, momentum: number): string {
  const old = tape.op('Mul', [weight, tape.float(momentum)]);
  return tape.op('Add', [old, tape.op('Mul', [value, tape.float(1 - momentum)])]);
}
