// Range: numbers from a start up to a limit by a step. https://onnx.ai/onnx/operators/onnx__Range.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { input, MAX_SIZES, type Operator, type Size } from './operator';

/** How many there are, where start, limit and step are known. */
function countOf(values: readonly (number | string | undefined)[]): number | undefined {
  const [start, limit, step] = values;
  if (typeof start !== 'number' || typeof limit !== 'number' || typeof step !== 'number' || step === 0)
    return undefined;
  return Math.max(0, Math.ceil((limit - start) / step));
}

export const range: Operator = {
  type: 'Range',
  discrete: true,
  shapes(node, _, { constant, sizes }) {
    const bounds = node.inputs.map((name) => sizes(name)?.[0]?.value ?? numberOf(constant(name)?.data[0]));
    const [start, limit, step] = bounds;
    // From zero to a size by one: as many as that.
    if (start === 0 && step === 1 && typeof limit === 'string') return [[limit]];
    return [[countOf(bounds) ?? `${node.name}_count`]];
  },
  evaluate(node, inputs, { tf, constant }) {
    const [start = 0, limit = 0, step = 1] = node.inputs.map((name, i) => {
      return Number(constant(name)?.data[0] ?? (inputs[i] as TfTensor).dataSync()[0]);
    });
    const type = constant(input(node, 0))?.type ?? 'int64';
    return tf.range(start, limit, step, type === 'float32' ? 'float32' : 'int32');
  },
  sizes(node, _, { sizes }) {
    const [start, limit, step] = [0, 1, 2].map((i) => sizes(input(node, i))?.[0]);
    const count = countOf([start?.value, limit?.value, step?.value]);
    if (count === undefined || count > MAX_SIZES) return undefined;
    const from = [start, limit, step].flatMap((size) => size?.from ?? []);
    return Array.from({ length: count }, (_, i): Size => {
      return { value: Number(start?.value) + i * Number(step?.value), from };
    });
  },
};

function numberOf(value: number | bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
