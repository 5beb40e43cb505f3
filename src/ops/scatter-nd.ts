// ScatterND: slices replaced where coordinates say. https://onnx.ai/onnx/operators/onnx__ScatterND.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed } from '../model/graph';
import { input, type Operator, output } from './operator';
import { slicePlaces, tieSlices, withRows } from './places';

export const scatterNd: Operator = {
  type: 'ScatterND',
  shapes: (_, [data = []]) => [data],
  ties(node, ties) {
    const [data, indices, updates] = [input(node, 0), input(node, 1), input(node, 2)];
    const named = fixed(ties.shape(indices), -1);
    tieSlices(ties, indices, { value: data, axis: named }, { value: updates, axis: ties.shape(indices).length - 1 });
    tieSlices(ties, indices, { value: data, axis: named }, { value: output(node), axis: named });
  },
  differentiate(node, tape) {
    tape.keep(node);
    const [data, indices, updates] = [input(node, 0), input(node, 1), input(node, 2)];
    const reduction = node.attributes.reduction ?? 'none';
    if (reduction !== 'none' && reduction !== 'add') throw new Error(`no gradient rule for ScatterND by ${reduction}`);
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const zeros = (): string => tape.op('Mul', [updates, tape.float(0)]);
      const toData = (): string =>
        reduction === 'add' ? gradient : tape.op('ScatterND', [gradient, indices, zeros()]);
      return [
        tape.wants(data) ? toData() : undefined,
        undefined,
        tape.wants(updates) ? tape.op('GatherND', [gradient, indices]) : undefined,
      ];
    };
  },
  evaluate(node, [data, indices, updates], run) {
    const { tf } = run;
    const [value, named] = [data as TfTensor, indices as TfTensor];
    const width = value.shape.slice(named.shape.at(-1)).reduce((product, size) => product * size, 1);
    const places = tf.reshape(slicePlaces(named, value.shape, run), [-1]);
    const rows = tf.reshape(updates as TfTensor, [-1, width]);
    const add = node.attributes.reduction === 'add';
    return tf.reshape(withRows(tf.reshape(value, [-1, width]), places, rows, add, run), value.shape);
  },
};
