// Concat along one axis. https://onnx.ai/onnx/operators/onnx__Concat.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { type Dimension, fixed, type Node, type Shape } from '../model/graph';
import { axisWithin, MAX_SIZES, numberAttribute, type Operator, output, type Size } from './operator';

function axisOf(node: Node, shape: Shape): number {
  return axisWithin(numberAttribute(node, 'axis', 0), shape.length);
}

function unknown(node: Node, part: number, count: Dimension): Size[] | undefined {
  if (typeof count !== 'number' || count > MAX_SIZES) return undefined;
  return Array.from({ length: count }, (_, i) => ({ value: `${node.name}_${part}_${i}`, from: [] }));
}

export const concat: Operator = {
  type: 'Concat',
  shapes(node, inputs) {
    const [first = []] = inputs;
    const joined = axisOf(node, first);
    for (const shape of inputs) {
      const differs = (size: Dimension, i: number): boolean =>
        typeof size === 'number' && typeof first[i] === 'number' && size !== first[i];
      if (shape.length !== first.length || shape.some((size, i) => i !== joined && differs(size, i))) {
        throw new Error(`Concat "${node.name}": [${shape.join(', ')}] does not join [${first.join(', ')}]`);
      }
    }
    const sizes = inputs.map((shape) => shape[joined]);
    const known = sizes.every((size) => typeof size === 'number');
    const total = known ? sizes.reduce((sum, size) => sum + size, 0) : `${node.name}_${joined}`;
    // What one of them knows holds for all.
    const common = (i: number): Dimension =>
      inputs.map((shape) => shape[i] ?? 1).find((size) => typeof size === 'number') ?? first[i] ?? 1;
    return [first.map((_, i) => (i === joined ? total : common(i)))];
  },
  sizes(node, inputs, { sizes }) {
    if (inputs.some((shape) => shape.length !== 1)) return undefined;
    const parts = node.inputs.map((name) => sizes(name));
    if (parts.every((part) => part === undefined)) return undefined;
    // What comes from elsewhere only a run tells; what it is computed from was frozen there.
    const all = parts.map((part, i) => part ?? unknown(node, i, inputs[i]?.[0] ?? 1));
    return all.every((part) => part !== undefined) ? all.flat() : undefined;
  },
  ties(node, ties) {
    const result = output(node);
    const joined = axisOf(node, ties.shape(result));
    let offset = 0;
    for (const value of node.inputs) {
      const shape = ties.shape(value);
      shape.forEach((_, axis) => {
        if (axis !== joined) ties.tie({ value, axis }, { value: result, axis });
        else if (Number.isFinite(offset)) ties.tie({ value, axis }, { value: result, axis }, offset);
        else ties.freeze({ value, axis }, 'it lies behind a part of unknown size');
      });
      offset += Number(shape[joined]);
    }
  },
  differentiate(node, tape) {
    tape.keep(node);
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const axis = axisOf(node, tape.shape(output(node)));
      const sizes = node.inputs.map((value) => fixed(tape.shape(value), axis));
      const parts = tape.ops('Split', [gradient, tape.ints(sizes)], { axis }, sizes.length);
      return node.inputs.map((value, i) => (tape.wants(value) ? parts[i] : undefined));
    };
  },
  evaluate: (node, inputs, { tf }) => tf.concat([...inputs] as TfTensor[], axisOf(node, inputs[0]?.shape ?? [])),
};
