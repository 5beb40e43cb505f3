// Cast to another element type. https://onnx.ai/onnx/operators/onnx__Cast.html
import type { DataType, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { int64 } from '../model/tensor';
import { tieAll } from './elementwise';
import { input, numberAttribute, type Operator } from './operator';
import { isStale } from './stated-sizes';

/** TensorProto.DataType, as TensorFlow.js has it: one float, one integer. */
const TF_TYPES: ReadonlyMap<number, DataType> = new Map([
  [1, 'float32'],
  [2, 'int32'],
  [3, 'int32'],
  [5, 'int32'],
  [6, 'int32'],
  [7, 'int32'],
  [9, 'bool'],
  [10, 'float32'],
  [11, 'float32'],
]);

const FLOATS: ReadonlySet<number> = new Set([1, 10, 11]);

function targetOf(node: Node): DataType {
  const type = TF_TYPES.get(numberAttribute(node, 'to', 0));
  if (type === undefined) throw new Error(`Cast "${node.name}" to an element type that TensorFlow.js does not know`);
  return type;
}

export const cast: Operator = {
  type: 'Cast',
  shapes: (_, [shape = []]) => [shape],
  sizes: (node, _, { sizes }) => (FLOATS.has(numberAttribute(node, 'to', 0)) ? undefined : sizes(input(node, 0))),
  sizeInputs: [0],
  ties: tieAll,
  // The root of a width scales as it did, however wide heads are: a cut is what was silenced.
  resize(node, widths) {
    const value = input(node, 0);
    const sizes = widths.sizes(value);
    const isWhole = !FLOATS.has(numberAttribute(node, 'to', 0));
    if (isWhole || sizes === undefined || !sizes.some((size) => isStale(size, widths))) return node;
    const stated = { ...int64(sizes.map((size) => Number(size.value))), shape: widths.before(value).map(Number) };
    return { ...node, inputs: [widths.remake(stated)] };
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    const flows = FLOATS.has(numberAttribute(node, 'to', 0));
    return ([gradient]) => [flows && gradient !== undefined && tape.wants(x) ? gradient : undefined];
  },
  evaluate(node, [x], { tf }) {
    const [value, type] = [x as TfTensor, targetOf(node)];
    // TensorFlow.js' own cast keeps the low byte on some backends.
    return type === 'bool' ? tf.notEqual(value, tf.zerosLike(value)) : tf.cast(value, type);
  },
};
