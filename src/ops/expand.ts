// Expand: stretches axes of size 1 to a shape (input 1). https://onnx.ai/onnx/operators/onnx__Expand.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension } from '../model/graph';
import { broadcast, sumTo } from './broadcast';
import { input, type Operator, output } from './operator';
import { isStale, restated } from './stated-sizes';
import { wholeNumbers } from './whole-numbers';

export const expand: Operator = {
  type: 'Expand',
  shapeInputs: [1],
  shapes(node, [shape = [], length = []], { sizes }) {
    const target = sizes(input(node, 1))?.map(({ value }) => value);
    if (target) return [broadcast(node, shape, target)];
    if (typeof length[0] !== 'number') return [undefined];
    const rank = Math.max(shape.length, length[0]);
    return [Array.from({ length: rank }, (_, i): Dimension => `${node.name}_${i}`)];
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const [from, to] = [ties.shape(value), ties.shape(result)];
    from.forEach((size, axis) => {
      const target = axis + to.length - from.length;
      if (size === to[target]) ties.tie({ value, axis }, { value: result, axis: target });
    });
  },
  resize(node, widths) {
    const [before, after] = [widths.before(output(node)), widths.after(output(node))];
    const target = widths.sizes(input(node, 1)) ?? [];
    const lead = before.length - target.length;
    const changed = target.some((own, i) => {
      if (typeof own.value !== 'number' || own.value === 1) return false;
      return before[i + lead] !== after[i + lead] || isStale(own, widths);
    });
    if (!changed) return node;
    const shape = widths.before(input(node, 0));
    const wanted = target.map(({ value }, i): number | undefined => {
      const axis = i + lead;
      if (typeof value === 'number') return value === 1 ? 1 : Number(after[axis]);
      return shape[axis - before.length + shape.length] === value ? 1 : undefined;
    });
    return { ...node, inputs: [input(node, 0), restated(node, 1, wanted, widths)] };
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => [
      gradient !== undefined && tape.wants(x)
        ? sumTo(tape, gradient, tape.shape(output(node)), tape.shape(x))
        : undefined,
    ];
  },
  evaluate(node, [x, target], { tf, constant }) {
    const value = x as TfTensor;
    const shape = wholeNumbers(node.inputs[1], target, constant) ?? [];
    return tf.broadcastTo(value, broadcast(node, value.shape, shape).map(Number));
  },
};
