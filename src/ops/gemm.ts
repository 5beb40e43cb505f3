// Gemm: x · weight + bias on two axes; a Dense layer. https://onnx.ai/onnx/operators/onnx__Gemm.html
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { elementCount } from '../model/tensor';
import { sumTo } from './broadcast';
import { counted, perSample } from './multiple';
import { input, NoGradientRule, numberAttribute, type Operator, output } from './operator';

/** Whether A or B is read transposed, and the axis each is summed over. */
function orientation(node: Node): { transA: boolean; transB: boolean } {
  return { transA: numberAttribute(node, 'transA', 0) !== 0, transB: numberAttribute(node, 'transB', 0) !== 0 };
}

export const gemm: Operator = {
  type: 'Gemm',
  shapes(node, [a = [], b = []]) {
    const { transA, transB } = orientation(node);
    const [left, right] = [a[transA ? 0 : 1], b[transB ? 1 : 0]];
    const differ = typeof left === 'number' && typeof right === 'number' && left !== right;
    if (a.length !== 2 || b.length !== 2 || differ) {
      throw new Error(`Gemm "${node.name}": [${a.join(', ')}] and [${b.join(', ')}] do not multiply`);
    }
    return [[a[transA ? 1 : 0] ?? 1, b[transB ? 0 : 1] ?? 1]];
  },
  expects(node, [, b]) {
    const { transA, transB } = orientation(node);
    const inner = b?.[transB ? 1 : 0];
    if (inner === undefined) return undefined;
    return transA ? [inner, `${node.name}_in`] : [`${node.name}_in`, inner];
  },
  ties(node, ties) {
    const { transA, transB } = orientation(node);
    const [a, b, y] = [input(node, 0), input(node, 1), output(node)];
    ties.tie({ value: a, axis: transA ? 1 : 0 }, { value: y, axis: 0 });
    ties.tie({ value: a, axis: transA ? 0 : 1 }, { value: b, axis: transB ? 1 : 0 });
    ties.tie({ value: b, axis: transB ? 0 : 1 }, { value: y, axis: 1 });
    const bias = node.inputs[2];
    if (bias) {
      const shape = ties.shape(bias);
      if (shape.length > 0 && shape.at(-1) !== 1)
        ties.tie({ value: bias, axis: shape.length - 1 }, { value: y, axis: 1 });
    }
  },
  contracts: (node) => [
    {
      input: { value: input(node, 0), axis: orientation(node).transA ? 0 : 1 },
      weight: { value: input(node, 1), axis: orientation(node).transB ? 1 : 0 },
    },
  ],
  produces: (node) => ({
    output: { value: output(node), axis: 1 },
    weight: { value: input(node, 1), axis: orientation(node).transB ? 0 : 1 },
  }),
  macs: (_, [, b = []], [y = []]) => perSample(y[0]) * elementCount(counted(b)),
  differentiate(node, tape) {
    const { transA, transB } = orientation(node);
    const plain = numberAttribute(node, 'alpha', 1) === 1 && numberAttribute(node, 'beta', 1) === 1;
    tape.keep(node);
    const [x, weight, bias] = [input(node, 0), input(node, 1), node.inputs[2]];
    return ([gradient]) => {
      if (gradient === undefined) return [];
      if (transA || !plain) throw new NoGradientRule(node, 'the scaled or transposed Gemm');
      const toWeight = (): string =>
        transB ? tape.op('Gemm', [gradient, x], { transA: 1 }) : tape.op('Gemm', [x, gradient], { transA: 1 });
      return [
        tape.wants(x) ? tape.op('Gemm', [gradient, weight], { transB: transB ? 0 : 1 }) : undefined,
        tape.wants(weight) ? toWeight() : undefined,
        bias && tape.wants(bias) ? sumTo(tape, gradient, tape.shape(output(node)), tape.shape(bias)) : undefined,
      ];
    };
  },
  evaluate(node, [a, b, bias], { tf }) {
    const { transA, transB } = orientation(node);
    const product = tf.matMul(a as Tensor2D, b as Tensor2D, transA, transB);
    const scaled = tf.mul(product, numberAttribute(node, 'alpha', 1));
    return bias ? tf.add(scaled, tf.mul(bias, numberAttribute(node, 'beta', 1))) : scaled;
  },
};
