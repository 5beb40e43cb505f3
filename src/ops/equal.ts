// Equal: true where both are the same. https://onnx.ai/onnx/operators/onnx__Equal.html
import { comparison } from './comparison';
import { input, type Size } from './operator';

/** A size known only when the model runs is none of −1 and 0, which stand for something else in a shape. */
function same({ value: a }: Size, { value: b }: Size): number | undefined {
  if (typeof a === typeof b) return a === b ? 1 : typeof a === 'number' ? 0 : undefined;
  return Math.min(typeof a === 'number' ? a : 1, typeof b === 'number' ? b : 1) <= 0 ? 0 : undefined;
}

export const equal = comparison(
  'Equal',
  (a, b, { tf }) => tf.equal(a, b),
  (node, _, { sizes }) => {
    const [a, b] = [sizes(input(node, 0)), sizes(input(node, 1))];
    if (a === undefined || b === undefined) return undefined;
    const result = Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
      same(a[a.length === 1 ? 0 : i] as Size, b[b.length === 1 ? 0 : i] as Size),
    );
    return result.every((value) => value !== undefined) ? result.map((value) => ({ value, from: [] })) : undefined;
  },
);
