// What onnxruntime's optimiser makes of a transformer's embeddings and of its attention, taken apart again.
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
import type { Node, Shape } from '../../../model/graph';
import { int64, scalar } from '../../../model/tensor';
import { withoutLater } from './attention';
import { attributeNumber, part, type Rule, type Scope } from './rule';

type Add = (type: string, inputs: readonly string[], attributes?: Node['attributes']) => string;

/** A list of nodes, and what adds one to it and returns the name of what it makes. */
function form(node: Node, scope: Scope): { nodes: Node[]; add: Add } {
  const nodes: Node[] = [];
  const add: Add = (type, inputs, attributes = {}) => {
    const name = scope.value();
    nodes.push(part(node, type, inputs, name, attributes));
    return name;
  };
  return { nodes, add };
}

const list = (scope: Scope, ...numbers: number[]): string => scope.added(int64(numbers));
const number = (scope: Scope, value: number): string => scope.added({ ...int64([value]), shape: [] });

/** The names that stand at some places, left-out ones aside. */
const named = (names: readonly string[]): boolean => names.some((name) => name !== '');

const CONTINUED = 'it goes on from keys and values that it is given';
const UNKNOWN = 'the shape it reads is not known';

/** Words, places and segments looked up and summed, the sum normalised; beside it the number of words of each sample. */
export const embedLayerNormalization: Rule = (node, scope) => {
  const [ids = '', segments = '', words = '', places = '', kinds = '', gamma = '', beta = '', mask = ''] = node.inputs;
  const [y = '', count = '', sum = ''] = node.outputs;
  const own = node.inputs[8] ?? '';
  if (count !== '' && scope.isRead(count) && mask === '') return scope.opaque('it counts words without a mask');
  const { nodes, add } = form(node, scope);
  const upTo = (): string =>
    add('Slice', [places, list(scope, 0), add('Shape', [ids], { start: 1, end: 2 }), list(scope, 0)]);
  const placed = own === '' ? upTo() : add('Gather', [places, own]);
  const both = add('Add', [add('Gather', [words, ids]), placed]);
  const whole = segments === '' ? both : add('Add', [both, add('Gather', [kinds, segments])]);
  if (count !== '' && scope.isRead(count)) {
    const valid = add('Equal', [add('Cast', [mask], { to: INT64 }), number(scope, 1)]);
    const counted = add('ReduceSum', [add('Cast', [valid], { to: INT64 }), list(scope, 1)], { keepdims: 0 });
    nodes.push(part(node, 'Cast', [counted], count, { to: INT32 }));
  }
  if (sum !== '') nodes.push(part(node, 'Identity', [whole], sum));
  const epsilon = attributeNumber(node, 'epsilon', 1e-12);
  return [...nodes, part(node, 'LayerNormalization', [whole, gamma, beta], y, { axis: -1, epsilon })];
};

const [INT32, INT64] = [6, 7];

/** Queries, keys and values of one weight, side by side; they stay equally wide where the node doesn't say how wide each is. */
export const packedAttention: Rule = (node, scope) => {
  const [x = '', weight = '', bias = '', mask = '', past = '', added = '', ...others] = node.inputs;
  const [batch, time] = scope.shape(x) ?? [];
  const whole = scope.shape(weight)?.[1];
  const heads = node.attributes.num_heads;
  if (batch === undefined || time === undefined || typeof whole !== 'number') return scope.opaque(UNKNOWN);
  const stated = node.attributes.qkv_hidden_sizes;
  const sizes = Array.isArray(stated) ? (stated as readonly number[]) : Array.from({ length: 3 }, () => whole / 3);
  const [queries = 0, , values = 0] = sizes;
  const shape = [batch, time, values];
  if (named([past, ...others])) return scope.opaque(CONTINUED, shape);
  if (attributeNumber(node, 'do_rotary', 0) !== 0) return scope.opaque('it turns its queries and keys', shape);
  if (node.outputs.slice(1).some((name) => name !== '' && scope.isRead(name)))
    return scope.opaque('its keys and values are read', shape);
  if (typeof heads !== 'number' || sizes.some((size) => size % heads !== 0))
    return scope.opaque('its heads are not known', shape);
  const { nodes, add } = form(node, scope);
  const product = add('MatMul', [x, weight]);
  const wide = bias === '' ? product : add('Add', [product, bias]);
  const each = Array.isArray(stated)
    ? split(node, scope, nodes, [wide, scope.moved('qkv_hidden_sizes', int64(sizes))], 2).map((part) =>
        add('Transpose', [add('Reshape', [part, list(scope, 0, 0, heads, -1)])], { perm: [0, 2, 1, 3] }),
      )
    : inThree(scope, add, wide, heads);
  const [q = '', k = '', v = ''] = each;
  scope.follows('num_heads', q, 1);
  const last = attended(node, scope, add, { q, k, v, width: queries / heads }, { mask, added, batch });
  return last === undefined ? scope.opaque('its mask is of a form that is not known', shape) : [...nodes, last];
};

/** Three equal parts of what lies side by side, each in its heads. */
function inThree(scope: Scope, add: Add, wide: string, heads: number): string[] {
  const apart = add('Reshape', [wide, list(scope, 0, 0, 3, heads, -1)]);
  const turned = add('Transpose', [apart], { perm: [2, 0, 3, 1, 4] });
  return [0, 1, 2].map((which) => add('Gather', [turned, number(scope, which)], { axis: 0 }));
}

/** Three parts of a value, by their sizes. */
function split(node: Node, scope: Scope, nodes: Node[], inputs: readonly string[], axis: number): string[] {
  const parts = [scope.value(), scope.value(), scope.value()];
  nodes.push({ ...part(node, 'Split', inputs, '', { axis }), outputs: parts });
  return parts;
}

/** Queries, keys and values that are made before it; keys and values may be in their heads already. */
export const multiHeadAttention: Rule = (node, scope) => {
  const [query = '', key = '', value = '', bias = '', mask = '', added = '', ...past] = node.inputs;
  const shapes = [query, key, value].map((name) => scope.shape(name));
  const [queries, , values] = shapes;
  const [batch, time, whole] = queries ?? [];
  const ranks = shapes.map((own) => own?.length).join();
  const apart = ranks === '3,4,4' && bias === '';
  const wide = apart ? times(values?.[1], values?.[3]) : values?.[2];
  if ((ranks !== '3,3,3' && !apart) || batch === undefined || time === undefined || wide === undefined)
    return scope.opaque(UNKNOWN);
  const shape = [batch, time, wide];
  if (named(past)) return scope.opaque(CONTINUED, shape);
  if (node.outputs.slice(1).some((name) => name !== '' && scope.isRead(name)))
    return scope.opaque('its keys and values are read', shape);
  const heads = node.attributes.num_heads;
  if (typeof heads !== 'number' || typeof whole !== 'number' || typeof wide !== 'number' || whole % heads !== 0)
    return scope.opaque('its heads are not known', shape);
  const { nodes, add } = form(node, scope);
  const biases = bias === '' ? undefined : split(node, scope, nodes, [bias, list(scope, whole, whole, wide)], 0);
  const inHeads = (name: string, place: number): string => {
    const own = biases === undefined ? name : add('Add', [name, biases[place] ?? '']);
    return add('Transpose', [add('Reshape', [own, list(scope, 0, 0, heads, -1)])], { perm: [0, 2, 1, 3] });
  };
  const [k, v] = apart ? [key, value] : [inHeads(key, 1), inHeads(value, 2)];
  const parts = { q: inHeads(query, 0), k, v, width: whole / heads };
  scope.follows('num_heads', parts.q, 1);
  const last = attended(node, scope, add, parts, { mask, added, batch });
  return last === undefined ? scope.opaque('its mask is of a form that is not known', shape) : [...nodes, last];
};

function times(a: Shape[number] | undefined, b: Shape[number] | undefined): number | undefined {
  return typeof a === 'number' && typeof b === 'number' ? a * b : undefined;
}

interface Heads {
  /** Each [batch, heads, places, width]. */
  readonly q: string;
  readonly k: string;
  readonly v: string;
  /** Of a query. */
  readonly width: number;
}

interface Masks {
  readonly mask: string;
  /** Added to the products. */
  readonly added: string;
  readonly batch: Shape[number];
}

/** softmax(Q · Kᵀ · scale + masks) · V, the heads side by side; undefined where the mask is of another form. */
function attended(node: Node, scope: Scope, add: Add, { q, k, v, width }: Heads, masks: Masks): Node | undefined {
  const { mask, added, batch } = masks;
  const scale = attributeNumber(node, 'scale', 0) || 1 / Math.sqrt(width);
  scope.keeps('scale', scale);
  const turned = add('Transpose', [k], { perm: [0, 1, 3, 2] });
  const products = add('Mul', [add('MatMul', [q, turned]), scope.added(scalar(scale))]);
  const moved = added === '' ? products : add('Add', [products, added]);
  const seen = mask === '' ? undefined : truths(scope, add, k, mask, batch);
  if (mask !== '' && seen === undefined) return undefined;
  const low = scope.added(scalar(attributeNumber(node, 'mask_filter_value', -10000)));
  const masked = seen === undefined ? moved : add('Add', [moved, add('Where', [seen, scope.added(scalar(0)), low])]);
  const causal = attributeNumber(node, 'unidirectional', 0) === 0 ? masked : withoutLater(add, scope, masked);
  const made = add('MatMul', [add('Softmax', [causal], { axis: -1 }), v]);
  const together = add('Transpose', [made], { perm: [0, 2, 1, 3] });
  const last = part(node, 'Reshape', [together, list(scope, 0, 0, -1)], '');
  return { ...last, outputs: node.outputs.slice(0, 1) };
}

/** Which places count, [batch, 1, 1, places]: a mask says it of every one, or how many there are of a sample. */
function truths(scope: Scope, add: Add, keys: string, mask: string, batch: Shape[number]): string | undefined {
  const shape = scope.shape(mask);
  const numbers = (): string => add('Cast', [mask], { to: INT64 });
  if (shape?.length === 2) return add('Unsqueeze', [add('Greater', [numbers(), number(scope, 0)]), list(scope, 1, 2)]);
  if (shape?.length !== 1 || shape[0] !== batch) return undefined;
  const places = add('Squeeze', [add('Shape', [keys], { start: 2, end: 3 }), list(scope, 0)]);
  const own = add('Range', [number(scope, 0), places, number(scope, 1)]);
  return add('Unsqueeze', [add('Less', [own, add('Unsqueeze', [numbers(), list(scope, 1)])]), list(scope, 1, 2)]);
}

/** What goes on from the keys and values of earlier words; its result is as wide as its queries. */
export const groupQueryAttention: Rule = (node, scope) => {
  const [query = '', key = ''] = node.inputs;
  const shape = scope.shape(query);
  if (key !== '' || shape === undefined) return scope.opaque(CONTINUED, shape);
  // Queries, keys and values side by side.
  const [heads, groups] = ['num_heads', 'kv_num_heads'].map((name) => attributeNumber(node, name, 0)) as [
    number,
    number,
  ];
  const width = typeof shape[2] === 'number' ? shape[2] / (heads + 2 * groups) : Number.NaN;
  return scope.opaque(CONTINUED, Number.isInteger(width) ? [...shape.slice(0, 2), heads * width] : undefined);
};
