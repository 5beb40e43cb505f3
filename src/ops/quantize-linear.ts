// QuantizeLinear: x / scale + zero point, rounded, one of each for all or for every slice along an axis.
// https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html
import type { Node } from '../model/graph';
import { tieAll } from './elementwise';
import { fromStart, input, numberAttribute, type Operator, type Ties } from './operator';

export const quantizeLinear: Operator = {
  type: 'QuantizeLinear',
  shapes: (_, [shape = []]) => [shape],
  ties: tieScales,
};

/** Scales and zero points of an axis go with its elements; those of blocks along it hold it together. */
export function tieScales(node: Node, ties: Ties): void {
  tieAll(node, ties);
  const value = input(node, 0);
  const shape = ties.shape(value);
  const axis = fromStart(numberAttribute(node, 'axis', 1), shape.length);
  for (const parameter of node.inputs.slice(1)) {
    const own = parameter ? ties.shape(parameter) : [];
    if (own.length === 1 && own[0] !== 1) ties.tie({ value: parameter, axis: 0 }, { value, axis });
    if (own.length > 1) ties.freeze({ value, axis }, `${node.type} scales blocks of it`);
  }
}
