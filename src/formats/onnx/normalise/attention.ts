// Attention (opset 23) by its definition: softmax(Q · Kᵀ · scale + mask) · V, head by head.
// https://onnx.ai/onnx/operators/onnx__Attention.html
import type { Node, Shape } from '../../../model/graph';
import { float32, int64, scalar } from '../../../model/tensor';
import { attributeNumber, part, type Rule, type Scope } from './rule';

/** Stands for −∞ where a place is masked. */
const LOWEST = -3.4028234663852886e38;
const [HEADS, WIDTH] = [1, 3];

export const attention: Rule = (node, scope) => {
  const [query = '', key = '', value = '', mask = '', ...past] = node.inputs;
  const [y = '', ...others] = node.outputs;
  const { attributes } = node;
  if (past.some((name) => name !== '')) return scope.opaque('it goes on from keys and values that it is given');
  if (others.some((name) => name !== '' && scope.isRead(name))) return scope.opaque('its keys or products are read');
  if (attributeNumber(node, 'softcap', 0) !== 0) return scope.opaque('it bends its products');
  const nodes: Node[] = [];
  const add = (type: string, inputs: readonly string[], made: Node['attributes'] = {}): string => {
    const name = scope.value();
    nodes.push(part(node, type, inputs, name, made));
    return name;
  };
  const list = (...numbers: number[]): string => scope.added(int64(numbers));

  /** [batch, places, heads · width] as [batch, heads, places, width]. */
  const inHeads = (name: string, attribute: string): { name: string; shape: Shape } | undefined => {
    const shape = scope.shape(name);
    if (shape?.length === 4) return { name, shape };
    const [heads, whole] = [attributes[attribute], shape?.[2]];
    if (shape?.length !== 3 || typeof heads !== 'number' || typeof whole !== 'number' || whole % heads !== 0)
      return undefined;
    const apart = add('Reshape', [name, list(0, 0, heads, whole / heads)]);
    const turned = add('Transpose', [apart], { perm: [0, 2, 1, 3] });
    scope.follows(attribute, turned, HEADS);
    return { name: turned, shape: [shape[0] ?? 1, heads, shape[1] ?? 1, whole / heads] };
  };
  const [q, k, v] = [inHeads(query, 'q_num_heads'), inHeads(key, 'kv_num_heads'), inHeads(value, 'kv_num_heads')];
  const width = q?.shape[WIDTH];
  if (!q || !k || !v || typeof width !== 'number') return scope.opaque('the shape it reads is not known');
  const [heads, groups] = [q.shape[HEADS], k.shape[HEADS]];
  if (typeof heads !== 'number' || typeof groups !== 'number' || heads % groups !== 0)
    return scope.opaque('its heads are not known');

  /** Keys and values that several queries share, for each of them. */
  const repeated = ({ name, shape }: { name: string; shape: Shape }): string | undefined => {
    if (heads === groups) return name;
    const size = shape[WIDTH];
    if (typeof size !== 'number') return undefined;
    const apart = add('Expand', [add('Unsqueeze', [name, list(2)]), list(1, 1, heads / groups, 1, 1)]);
    return add('Reshape', [apart, list(0, heads, -1, size)]);
  };
  const [keys, values] = [repeated(k), repeated(v)];
  if (keys === undefined || values === undefined) return scope.opaque('the shape it reads is not known');

  const scale = attributeNumber(node, 'scale', 0) || 1 / Math.sqrt(width);
  scope.keeps('scale', scale);
  const turned = add('Transpose', [keys], { perm: [0, 1, 3, 2] });
  const products = add('Mul', [add('MatMul', [q.name, turned]), scope.added(scalar(scale))]);
  const masked = mask === '' ? products : withMask(add, scope, products, mask);
  if (masked === undefined) return scope.opaque('it is not known whether its mask is one of truths or of numbers');
  const causal = attributeNumber(node, 'is_causal', 0) === 0 ? masked : withoutLater(add, scope, masked);
  const shares = add('Softmax', [causal], { axis: -1 });
  const three = scope.shape(query)?.length === 3;
  if (!three) return [...nodes, part(node, 'MatMul', [shares, values], y)];
  const made = add('MatMul', [shares, values]);
  const together = add('Transpose', [made], { perm: [0, 2, 1, 3] });
  return [...nodes, part(node, 'Reshape', [together, list(0, 0, -1)], y)];
};

type Add = (type: string, inputs: readonly string[], attributes?: Node['attributes']) => string;

/** Places whose truth is false, or to which a very low number is added, count nothing. */
function withMask(add: Add, scope: Scope, products: string, mask: string): string | undefined {
  const truths = isTruth(mask, scope);
  if (truths === undefined) return undefined;
  if (!truths) return add('Add', [products, mask]);
  return add('Where', [mask, products, scope.added(scalar(LOWEST))]);
}

/** A place sees those before it alone. */
export function withoutLater(add: Add, scope: Scope, products: string): string {
  const sizes = add('Shape', [products], { start: -2 });
  const ones = add('ConstantOfShape', [sizes], { value: float32([1], Float32Array.of(1)) });
  const lower = add('Cast', [add('Trilu', [ones], { upper: 0 })], { to: BOOL });
  return add('Where', [lower, products, scope.added(scalar(LOWEST))]);
}

const BOOL = 9;

const TRUTHS: ReadonlySet<string> = new Set([
  'And',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'IsInf',
  'IsNaN',
  'Less',
  'LessOrEqual',
  'Not',
  'Or',
  'Xor',
]);

/** Operators whose result is of the type of what they read first. */
const PASSING: ReadonlySet<string> = new Set([
  'Concat',
  'Expand',
  'Gather',
  'GatherND',
  'Identity',
  'Reshape',
  'Slice',
  'Squeeze',
  'Tile',
  'Transpose',
  'Unsqueeze',
]);

/** Whether a value holds truths, not numbers; undefined where nobody can tell. */
function isTruth(value: string, scope: Scope, depth = 0): boolean | undefined {
  const maker = scope.maker(value);
  if (maker === undefined) {
    const type = scope.type(value);
    return type && type === 'bool';
  }
  if (TRUTHS.has(maker.type)) return true;
  if (maker.type === 'Cast') return maker.attributes.to === BOOL;
  if (maker.type === 'Where') return depth < 32 ? isTruth(maker.inputs[1] ?? '', scope, depth + 1) : undefined;
  if (PASSING.has(maker.type)) return depth < 32 ? isTruth(maker.inputs[0] ?? '', scope, depth + 1) : undefined;
  return maker.domain === undefined ? false : undefined;
}
