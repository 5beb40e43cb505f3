// GatherND: slices named by their coordinates. https://onnx.ai/onnx/operators/onnx__GatherND.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed } from '../model/graph';
import { input, numberAttribute, type Operator, output } from './operator';
import { slicePlaces, tieSlices } from './places';

export const gatherNd: Operator = {
  type: 'GatherND',
  shapes(node, [data = [], indices = []]) {
    const depth = indices.at(-1);
    if (typeof depth !== 'number') return [undefined];
    return [[...indices.slice(0, -1), ...data.slice(numberAttribute(node, 'batch_dims', 0) + depth)]];
  },
  ties(node, ties) {
    const [data, indices] = [input(node, 0), input(node, 1)];
    const named = numberAttribute(node, 'batch_dims', 0) + fixed(ties.shape(indices), -1);
    const slice = { value: output(node), axis: ties.shape(indices).length - 1 };
    tieSlices(ties, indices, { value: data, axis: named }, slice);
  },
  differentiate(node, tape) {
    tape.keep(node);
    const [x, indices] = [input(node, 0), input(node, 1)];
    if (numberAttribute(node, 'batch_dims', 0) !== 0 && tape.wants(x)) {
      throw new Error(`no gradient rule for GatherND "${node.name}", which goes along the batch`);
    }
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      return [tape.op('ScatterND', [tape.op('Mul', [x, tape.float(0)]), indices, gradient], { reduction: 'add' })];
    };
  },
  evaluate(node, [x, indices], run) {
    const { tf } = run;
    const [value, named] = [x as TfTensor, indices as TfTensor];
    if (numberAttribute(node, 'batch_dims', 0) !== 0) throw new Error(`GatherND "${node.name}" goes along the batch`);
    const slice = value.shape.slice(named.shape.at(-1));
    const width = slice.reduce((product, size) => product * size, 1);
    const places = tf.reshape(slicePlaces(named, value.shape, run), [-1]);
    const rows = tf.gather(tf.reshape(value, [-1, width]), places as never);
    return tf.reshape(rows, [...named.shape.slice(0, -1), ...slice]);
  },
};
