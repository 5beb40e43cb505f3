// ScatterElements: elements replaced one by one along an axis. https://onnx.ai/onnx/operators/onnx__ScatterElements.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { axisWithin, input, numberAttribute, type Operator, output } from './operator';
import { elementPlaces, tieBeside, withRows } from './places';

export const scatterElements: Operator = {
  type: 'ScatterElements',
  shapes: (_, [data = []]) => [data],
  ties: (node, ties) => tieBeside(node, ties, [...node.inputs, output(node)]),
  differentiate(node, tape) {
    tape.keep(node);
    const [data, indices, updates] = [input(node, 0), input(node, 1), input(node, 2)];
    const { axis = 0, reduction = 'none' } = node.attributes;
    if (reduction !== 'none' && reduction !== 'add') {
      throw new Error(`no gradient rule for ScatterElements by ${reduction}`);
    }
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const zeros = (): string => tape.op('Mul', [updates, tape.float(0)]);
      const toData = (): string =>
        reduction === 'add' ? gradient : tape.op('ScatterElements', [gradient, indices, zeros()], { axis });
      return [
        tape.wants(data) ? toData() : undefined,
        undefined,
        tape.wants(updates) ? tape.op('GatherElements', [gradient, indices], { axis }) : undefined,
      ];
    };
  },
  evaluate(node, [data, indices, updates], run) {
    const { tf } = run;
    const [value, named] = [data as TfTensor, indices as TfTensor];
    const axis = axisWithin(numberAttribute(node, 'axis', 0), value.rank);
    const places = tf.reshape(elementPlaces(named, value.shape, axis, run), [-1]);
    const rows = tf.reshape(updates as TfTensor, [-1, 1]);
    const add = node.attributes.reduction === 'add';
    return tf.reshape(withRows(tf.reshape(value, [-1, 1]), places, rows, add, run), value.shape);
  },
};
