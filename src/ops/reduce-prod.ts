// ReduceProd: the product over axes. https://onnx.ai/onnx/operators/onnx__ReduceProd.html
import { factored, multiple } from './multiple';
import { input, type Operator, type Size } from './operator';
import { reduction } from './reduction';

export const reduceProd: Operator = {
  ...reduction('ReduceProd', {
    gradient: (tape, gradient, x, y) => tape.op('Div', [tape.op('Mul', [gradient, y]), x]),
    evaluate: (x, axes, keep, { tf }) => tf.prod(x, axes, keep),
  }),
  sizes: (node, [shape = []], { sizes }) => (shape.length === 1 ? productOf(sizes(input(node, 0))) : undefined),
};

/** Of a list of sizes, one of which only a run may tell. */
function productOf(sizes: readonly Size[] | undefined): Size[] | undefined {
  const factors = sizes?.map(({ value }) => factored(value)) ?? [];
  const [name, ...others] = factors.flatMap((factor) => factor.name ?? []);
  if (sizes === undefined || others.length > 0) return undefined;
  const count = factors.reduce((product, factor) => product * factor.count, 1);
  return [{ value: name === undefined ? count : multiple(count, name), from: sizes.flatMap(({ from }) => from) }];
}
