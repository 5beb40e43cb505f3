// TopK: the largest on an axis, in order, and their positions. https://onnx.ai/onnx/operators/onnx__TopK.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { integers } from '../model/tensor';
import { axisWithin, input, numberAttribute, type Operator } from './operator';
import { elementPlaces } from './places';

const axisOf = (node: Node, rank: number): number => axisWithin(numberAttribute(node, 'axis', -1), rank);

export const topK: Operator = {
  type: 'TopK',
  shapes(node, [shape = []], { sizes }) {
    const chosen = axisOf(node, shape.length);
    const k = sizes(input(node, 1))?.[0]?.value ?? `${node.name}_k`;
    const result = shape.map((size, axis) => (axis === chosen ? k : size));
    return [result, result];
  },
  ties(node, ties) {
    const value = input(node, 0);
    const shape = ties.shape(value);
    const chosen = axisOf(node, shape.length);
    const results = node.outputs.filter((name) => name !== '');
    shape.forEach((_, axis) => {
      for (const result of results) {
        if (axis === chosen) ties.freeze({ value: result, axis }, 'TopK sorts it');
        else ties.tie({ value, axis }, { value: result, axis });
      }
      if (axis === chosen) ties.freeze({ value, axis }, 'TopK sorts it');
    });
  },
  differentiate(node, tape) {
    const x = input(node, 0);
    const [values = '', positions] = node.outputs;
    const found = tape.ops('TopK', node.inputs, node.attributes, 2);
    const [best = '', indices = ''] = found;
    if (values) tape.op('Identity', [best], {}, values);
    if (positions) tape.op('Identity', [indices], {}, positions);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const axis = axisOf(node, tape.shape(x).length);
      const zeros = tape.op('Mul', [x, tape.float(0)]);
      return [tape.op('ScatterElements', [zeros, indices, gradient], { axis })];
    };
  },
  evaluate(node, [x, k], run) {
    const { tf, constant } = run;
    const value = x as TfTensor;
    const axis = axisOf(node, value.rank);
    const known = constant(input(node, 1));
    const count = (known ? integers(known) : Array.from((k as TfTensor).dataSync()))[0] ?? 1;
    const order = value.shape.map((_, i) => i);
    [order[axis], order[value.rank - 1]] = [value.rank - 1, axis];
    const largest = numberAttribute(node, 'largest', 1) !== 0;
    // TensorFlow.js has no gradient of topk, but of taking what it names: only the order is asked of it.
    const fixed = tf.tensor(value.dataSync(), value.shape);
    const found = tf.topk(tf.transpose(largest ? fixed : tf.neg(fixed), order), count).indices;
    const indices = tf.transpose(found, order);
    const places = tf.reshape(elementPlaces(indices, value.shape, axis, run), [-1]);
    return [tf.reshape(tf.gather(tf.reshape(value, [-1]), places as never), indices.shape), indices];
  },
};
