// ConstantOfShape: a tensor of one value, of a shape that is computed. https://onnx.ai/onnx/operators/onnx__ConstantOfShape.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension, Node } from '../model/graph';
import { integers, type Tensor } from '../model/tensor';
import { input, MAX_SIZES, type Operator, output } from './operator';
import { isStale, restated } from './stated-sizes';

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
  ties: () => undefined,
  resize(node, widths) {
    const [before, after] = [widths.before(output(node)), widths.after(output(node))];
    const target = widths.sizes(input(node, 0)) ?? [];
    const changed = target.some((own, axis) => before[axis] !== after[axis] || isStale(own, widths));
    if (!changed) return node;
    const wanted = target.map(({ value }, axis) => (typeof value === 'number' ? Number(after[axis]) : undefined));
    return { ...node, inputs: [restated(node, 0, wanted, widths)] };
  },
  evaluate: (node, [shape], { tf, constant }) => {
    const known = constant(input(node, 0));
    const sizes = known ? integers(known) : Array.from((shape as TfTensor).dataSync());
    return tf.fill(sizes, fillOf(node), isWhole(node) ? 'int32' : 'float32') as TfTensor;
  },
};
