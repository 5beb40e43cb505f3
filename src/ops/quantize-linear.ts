// QuantizeLinear: x / scale + zero point, rounded, one of each for all or for every slice along an axis.
// https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html
import type { Node, Shape } from '../model/graph';
import { tieAll } from './elementwise';
import { fromStart, input, numberAttribute, type Operator, type Ties } from './operator';

export const quantizeLinear: Operator = {
  type: 'QuantizeLinear',
  shapes: scaledShape,
  ties: tieScales,
};

/** That of what is scaled; throws where the scales are not as many as there are elements on their axis. */
export function scaledShape(node: Node, [shape = [], ...parameters]: readonly Shape[]): Shape[] {
  const axis = fromStart(numberAttribute(node, 'axis', 1), shape.length);
  const size = shape[axis];
  for (const own of parameters) {
    const [count] = own;
    if (own.length === 0 || (own.length === 1 && count === 1)) continue;
    const fits = own.length > 1 || typeof count !== 'number' || typeof size !== 'number' || count === size;
    if (size === undefined || !fits)
      throw new Error(
        `${node.type} "${node.name}": scales of [${own.join(', ')}] for [${shape.join(', ')}], axis ${axis}`,
      );
  }
  return [[...shape]];
}

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
