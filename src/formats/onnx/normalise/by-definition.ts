// Poolings by a norm and normalisation by moments, out of the operators that they are defined by; and one that was renamed.
import type { Node } from '../../../model/graph';
import { elementCount, int64, scalar } from '../../../model/tensor';
import { attributeNumber, part, type Rule, type Scope, without } from './rule';

/** Adds nodes one after another; the last is to make the outputs of the file's node. */
class Chain {
  readonly #nodes: Node[] = [];

  constructor(
    private readonly node: Node,
    private readonly scope: Scope,
  ) {}

  add(type: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string {
    const name = this.scope.value();
    this.#nodes.push(part(this.node, type, inputs, name, attributes));
    return name;
  }

  number(value: number): string {
    return this.scope.added(scalar(value));
  }

  numbers(values: readonly number[]): string {
    return this.scope.added(int64(values));
  }

  done(): Node[] {
    return this.#nodes.with(-1, { ...(this.#nodes.at(-1) as Node), outputs: this.node.outputs });
  }
}

/** So small that it counts for nothing, and large enough that a root has a slope there. */
const NEXT_TO_NOTHING = 1e-30;

/** The p-th root of a sum of magnitudes to the power of p. */
function normOf(chain: Chain, x: string, p: number, sum: (powers: string) => string): Node[] {
  const magnitudes = chain.add('Abs', [x]);
  if (p === 1) {
    sum(magnitudes);
    return chain.done();
  }
  const powers = sum(chain.add('Pow', [magnitudes, chain.number(p)]));
  chain.add('Pow', [chain.add('Clip', [powers, chain.number(NEXT_TO_NOTHING)]), chain.number(1 / p)]);
  return chain.done();
}

/** https://onnx.ai/onnx/operators/onnx__LpPool.html */
export const lpPool: Rule = (node, scope) => {
  const kernel = node.attributes.kernel_shape;
  if (!Array.isArray(kernel)) return scope.opaque('it says no window');
  // A window that hangs over the end has fewer elements than the mean counts.
  if (attributeNumber(node, 'ceil_mode', 0) !== 0) return scope.opaque('its windows hang over the end');
  const chain = new Chain(node, scope);
  const attributes = { ...without(node, 'p', 'ceil_mode'), count_include_pad: 1 };
  return normOf(chain, node.inputs[0] ?? '', attributeNumber(node, 'p', 2), (powers) => {
    const means = chain.add('AveragePool', [powers], attributes);
    return chain.add('Mul', [means, chain.number(elementCount(kernel as number[]))]);
  });
};

/** https://onnx.ai/onnx/operators/onnx__GlobalLpPool.html */
export const globalLpPool: Rule = (node, scope) => {
  const [x = ''] = node.inputs;
  const shape = scope.shape(x);
  if (shape === undefined) return scope.opaque('the shape it reads is not known');
  const chain = new Chain(node, scope);
  const spatial = chain.numbers(shape.slice(2).map((_, i) => i + 2));
  return normOf(chain, x, attributeNumber(node, 'p', 2), (powers) =>
    chain.add('ReduceSum', [powers, spatial], { keepdims: 1 }),
  );
};

/** Added to the deviation, by the definition. */
const EPSILON = 1e-9;

/** https://onnx.ai/onnx/operators/onnx__MeanVarianceNormalization.html */
export const meanVarianceNormalization: Rule = (node, scope) => {
  const [x = ''] = node.inputs;
  const axes = Array.isArray(node.attributes.axes) ? (node.attributes.axes as readonly number[]) : [0, 2, 3];
  const chain = new Chain(node, scope);
  const mean = (value: string): string => chain.add('ReduceMean', [value, chain.numbers(axes)], { keepdims: 1 });
  const centred = chain.add('Sub', [x, mean(x)]);
  const deviation = chain.add('Sqrt', [mean(chain.add('Mul', [centred, centred]))]);
  chain.add('Div', [centred, chain.add('Add', [deviation, chain.number(EPSILON)])]);
  return chain.done();
};

/** ScatterElements, as it was called before opset 11. */
export const scatter: Rule = (node) => [{ ...node, type: 'ScatterElements' }];
