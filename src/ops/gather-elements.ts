// GatherElements: elements named one by one along an axis. https://onnx.ai/onnx/operators/onnx__GatherElements.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { axisWithin, input, numberAttribute, type Operator, output } from './operator';
import { elementPlaces, tieBeside } from './places';

export const gatherElements: Operator = {
  type: 'GatherElements',
  shapes(node, [shape = [], indices = []]) {
    const axis = axisWithin(numberAttribute(node, 'axis', 0), shape.length);
    const fits = indices.every((size, i) => {
      const own = shape[i];
      return i === axis || typeof size !== 'number' || typeof own !== 'number' || size <= own;
    });
    if (!fits || shape.length !== indices.length)
      throw new Error(`${node.type} "${node.name}": [${indices.join(', ')}] indices lie outside [${shape.join(', ')}]`);
    return [indices];
  },
  ties: (node, ties) => tieBeside(node, ties, [...node.inputs, output(node)]),
  differentiate(node, tape) {
    tape.keep(node);
    const [x, indices] = [input(node, 0), input(node, 1)];
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const axis = axisWithin(numberAttribute(node, 'axis', 0), tape.shape(x).length);
      const zeros = tape.op('Mul', [x, tape.float(0)]);
      return [tape.op('ScatterElements', [zeros, indices, gradient], { axis, reduction: 'add' })];
    };
  },
  evaluate(node, [x, indices], run) {
    const [value, named] = [x as TfTensor, indices as TfTensor];
    const axis = axisWithin(numberAttribute(node, 'axis', 0), value.rank);
    const places = run.tf.reshape(elementPlaces(named, value.shape, axis, run), [-1]);
    return run.tf.reshape(run.tf.gather(run.tf.reshape(value, [-1]), places as never), named.shape);
  },
};
