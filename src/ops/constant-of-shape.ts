// ConstantOfShape: a tensor of one value, of a shape that is computed. https://onnx.ai/onnx/operators/onnx__ConstantOfShape.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension, Node } from '../model/graph';
import { int64, integers, type Tensor } from '../model/tensor';
import { input, MAX_SIZES, type Operator, output } from './operator';
import { freezeStated, statedSizes } from './stated-sizes';

function fillOf(node: Node): number {
  const value = node.attributes.value;
  return typeof value === 'object' && 'data' in value ? Number((value as Tensor).data[0]) : 0;
}

function isWhole(node: Node): boolean {
  const value = node.attributes.value;
  return typeof value === 'object' && 'data' in value && (value as Tensor).type.includes('int');
}

export const constantOfShape: Operator = {
  type: 'ConstantOfShape',
  discrete: true,
  shapeInputs: [0],
  shapes(node, [length = []], { sizes }) {
    const target = sizes(input(node, 0))?.map(({ value }) => value);
    if (target) return [target];
    if (typeof length[0] !== 'number') return [undefined];
    return [Array.from({ length: length[0] }, (_, i): Dimension => `${node.name}_${i}`)];
  },
  sizes(node, _, { sizes }) {
    const target = sizes(input(node, 0));
    const count = target?.[0]?.value ?? 1;
    if (target === undefined || target.length > 1 || typeof count !== 'number' || count > MAX_SIZES) return undefined;
    return isWhole(node) ? Array.from({ length: count }, () => ({ value: fillOf(node), from: [] })) : undefined;
  },
  // All its elements are alike: any of them may go with what reads them.
  ties: (node, ties) => freezeStated(node, 0, ties),
  resize(node, widths) {
    const [before, after] = [widths.before(output(node)), widths.after(output(node))];
    const stated = statedSizes(node, 0, widths);
    if (before.every((size, axis) => size === after[axis] || !stated?.[axis])) return node;
    const target = before.map((size, axis) => {
      if (typeof size === 'number') return Number(after[axis]);
      throw new Error(`ConstantOfShape "${node.name}": one of its sizes is known only when the model runs`);
    });
    return { ...node, inputs: [widths.remake(int64(target))] };
  },
  evaluate: (node, [shape], { tf, constant }) => {
    const known = constant(input(node, 0));
    const sizes = known ? integers(known) : Array.from((shape as TfTensor).dataSync());
    return tf.fill(sizes, fillOf(node), isWhole(node) ? 'int32' : 'float32') as TfTensor;
  },
};
