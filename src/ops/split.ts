// Split along one axis, by sizes (input 1) or into equal parts. https://onnx.ai/onnx/operators/onnx__Split.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node, Shape } from '../model/graph';
import { int64 } from '../model/tensor';
import { axisWithin, input, type Known, numberAttribute, type Operator } from './operator';
import { isStale } from './stated-sizes';
import { wholeNumbers } from './whole-numbers';

function axisOf(node: Node, shape: Shape): number {
  return axisWithin(numberAttribute(node, 'axis', 0), shape.length);
}

/** Sizes of the parts; undefined where only a run tells. */
function sizesOf(node: Node, shape: Shape, { sizes }: Pick<Known, 'sizes'>): number[] | undefined {
  const named = node.inputs[1];
  const count = node.outputs.length;
  const total = shape[axisOf(node, shape)];
  if (named) {
    const parts = sizes(named)?.map(({ value }) => value);
    return parts?.every((size) => typeof size === 'number') ? (parts as number[]) : undefined;
  }
  if (typeof total !== 'number') return undefined;
  const each = Math.ceil(total / count);
  return Array.from({ length: count }, (_, i) => Math.min(each, total - i * each));
}

export const split: Operator = {
  type: 'Split',
  shapeInputs: [1],
  shapes(node, [shape = []], known) {
    const axis = axisOf(node, shape);
    const parts = sizesOf(node, shape, known);
    const total = shape[axis];
    if (parts && typeof total === 'number') {
      const sum = parts.reduce((a, b) => a + b, 0);
      if (parts.length !== node.outputs.length || sum !== total || parts.some((size) => size < 0)) {
        throw new Error(`Split "${node.name}": parts of ${parts.join(', ')} do not make ${total}`);
      }
    }
    return node.outputs.map((_, part) =>
      shape.map((size, i) => (i === axis ? (parts?.[part] ?? `${node.name}_${part}`) : size)),
    );
  },
  ties(node, ties) {
    const value = input(node, 0);
    const shape = ties.shape(value);
    const split = axisOf(node, shape);
    const parts = sizesOf(node, shape, ties);
    let offset = 0;
    node.outputs.forEach((part, i) => {
      if (part !== '') {
        shape.forEach((_, axis) => {
          if (axis !== split) ties.tie({ value: part, axis }, { value, axis });
          else if (parts) ties.tie({ value: part, axis }, { value, axis }, offset);
          else
            for (const side of [part, value]) ties.freeze({ value: side, axis }, 'where it is split only a run tells');
        });
      }
      offset += parts?.[i] ?? 0;
    });
  },
  resize(node, widths) {
    const value = input(node, 0);
    const axis = axisOf(node, widths.before(value));
    const sizes = node.outputs.map((part) => widths.after(part)[axis]);
    // Nothing is cut along an axis of which only a run tells the size.
    if (!sizes.every((size) => typeof size === 'number')) return node;
    const same = node.outputs.every((part, i) => widths.before(part)[axis] === sizes[i]);
    const named = node.inputs[1] ? widths.sizes(node.inputs[1]) : undefined;
    if (same && !named?.some((own) => isStale(own, widths))) return node;
    const { num_outputs, ...attributes } = node.attributes;
    return { ...node, inputs: [value, widths.remake(int64(sizes))], attributes };
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return (gradients) => {
      if (!tape.wants(x)) return [];
      const axis = axisOf(node, tape.shape(x));
      // A part that nothing reads has no gradient.
      const parts = node.outputs.map((part, i) => gradients[i] ?? zeros(part));
      return [tape.op('Concat', parts, { axis })];
    };

    function zeros(part: string): string {
      const shape = tape.shape(part).map(Number);
      return tape.op('Expand', [tape.float(0), tape.ints(shape)]);
    }
  },
  evaluate(node, [x, parts], { tf, constant }) {
    const value = x as TfTensor;
    const sizes = (name: string) => wholeNumbers(name, parts, constant)?.map((size) => ({ value: size, from: [] }));
    return tf.split(value, sizesOf(node, value.shape, { sizes }) ?? [], axisOf(node, value.shape));
  },
};
