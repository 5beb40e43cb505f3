// RotaryEmbedding (opset 23, and onnxruntime's own) by its definition: the numbers of a head, in pairs, turned by angles that
// depend on the place. https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.RotaryEmbedding
import type { Node } from '../../../model/graph';
import { int64 } from '../../../model/tensor';
import { attributeNumber, part, type Rule, type Scope } from './rule';

const UNKNOWN = 'the shape it reads is not known';

interface Turned {
  /** [batch, places, heads · width], or [batch, heads, places, width]. */
  readonly x: string;
  /** A row for each place there may be, or where `places` is left out [batch, places, pairs]. */
  readonly cosines: string;
  readonly sines: string;
  /** [batch, places], or of one number: where the first place is. */
  readonly places: string;
}

export const rotaryEmbedding: Rule = (node, scope) => {
  const [x = '', cosines = '', sines = '', places = ''] = node.inputs;
  return turned(node, scope, { x, cosines, sines, places });
};

export const microsoftRotaryEmbedding: Rule = (node, scope) => {
  const [x = '', places = '', cosines = '', sines = ''] = node.inputs;
  const shape = scope.shape(x);
  if (attributeNumber(node, 'is_packed_batching', 0) !== 0) return scope.opaque('its samples are packed', shape);
  if (attributeNumber(node, 'scale', 1) !== 1) return scope.opaque('it scales what it turns', shape);
  return turned(node, scope, { x, cosines, sines, places });
};

function turned(node: Node, scope: Scope, { x, cosines, sines, places }: Turned): Node[] {
  const shape = scope.shape(x);
  const pairs = scope.shape(cosines)?.at(-1);
  const partly = attributeNumber(node, 'rotary_embedding_dim', 0);
  if ((shape?.length !== 3 && shape?.length !== 4) || typeof pairs !== 'number') return scope.opaque(UNKNOWN, shape);
  const flat = shape.length === 3;
  const heads = attributeNumber(node, 'num_heads', 0);
  const whole = shape.at(-1);
  // Without a number of heads the angles say how wide they are.
  const count = heads || (typeof whole === 'number' ? whole / (2 * pairs) : 0);
  const width = flat && typeof whole === 'number' ? whole / count : whole;
  if (
    typeof width !== 'number' ||
    !Number.isInteger(count) ||
    !Number.isInteger(width) ||
    width < (partly || 2 * pairs)
  )
    return scope.opaque('its heads are not known', shape);
  if ((partly || width) !== 2 * pairs) return scope.opaque('its angles are not those of its heads', shape);

  const nodes: Node[] = [];
  const add = (type: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string => {
    const name = scope.value();
    nodes.push(part(node, type, inputs, name, attributes));
    return name;
  };
  const halves = (name: string, sizes: readonly [number, number]): [string, string] => {
    const [first, second] = [scope.value(), scope.value()];
    const split = part(node, 'Split', [name, scope.added(int64(sizes))], '', { axis: LAST });
    nodes.push({ ...split, outputs: [first, second] });
    return [first, second];
  };
  const list = (...numbers: number[]): string => scope.added(int64(numbers));

  const apart = flat ? add('Reshape', [x, list(0, 0, count, width)]) : x;
  if (heads !== 0) scope.follows('num_heads', apart, flat ? 2 : 1);
  const rest = width - 2 * pairs;
  const [own, kept] = rest === 0 ? [apart, ''] : halves(apart, [2 * pairs, rest]);
  if (partly !== 0) scope.follows('rotary_embedding_dim', own, 3);

  const rows = rowsOf(add, scope, places, { x, axis: flat ? 1 : 2 });
  if (rows === undefined) return scope.opaque(UNKNOWN, shape);
  const [cosine, sine] = [cosines, sines].map((name) => {
    const ofPlaces = rows === '' ? name : add('Gather', [name, rows], { axis: 0 });
    return add('Unsqueeze', [ofPlaces, list(flat ? 2 : 1)]);
  }) as [string, string];

  const between = attributeNumber(node, 'interleaved', 0) !== 0;
  const [real, imaginary] = between ? neighbours(add, scope, own) : halves(own, [pairs, pairs]);
  const both = [
    add('Sub', [add('Mul', [cosine, real]), add('Mul', [sine, imaginary])]),
    add('Add', [add('Mul', [sine, real]), add('Mul', [cosine, imaginary])]),
  ];
  const together = between ? sideBySide(add, scope, both) : add('Concat', both, { axis: LAST });
  const all = rest === 0 ? together : add('Concat', [together, kept], { axis: LAST });
  const end = flat
    ? part(node, 'Reshape', [all, list(0, 0, -1)], node.outputs[0] ?? '')
    : part(node, 'Identity', [all], node.outputs[0] ?? '');
  return [...nodes, end];
}

const LAST = -1;

type Add = (type: string, inputs: readonly string[], attributes?: Node['attributes']) => string;

/** Which rows of the angles are those of the places, [batch or 1, places]; '' where the angles are those of places already. */
function rowsOf(add: Add, scope: Scope, places: string, of: { x: string; axis: number }): string | undefined {
  if (places === '') return '';
  const rank = scope.shape(places)?.length;
  if (rank === 2) return places;
  if (rank !== 1) return undefined;
  const axes = scope.added(int64([0]));
  const first = add('Squeeze', [places, axes]);
  const count = add('Squeeze', [add('Shape', [of.x], { start: of.axis, end: of.axis + 1 }), axes]);
  const one = scope.added({ ...int64([1]), shape: [] });
  return add('Unsqueeze', [add('Range', [first, add('Add', [first, count]), one]), axes]);
}

/** Numbers at even places, and those at odd ones. */
function neighbours(add: Add, scope: Scope, name: string): [string, string] {
  const pairs = add('Reshape', [name, scope.added(int64([0, 0, 0, -1, 2]))]);
  const at = (which: number): string =>
    add('Gather', [pairs, scope.added({ ...int64([which]), shape: [] })], { axis: LAST });
  return [at(0), at(1)];
}

/** The other way round. */
function sideBySide(add: Add, scope: Scope, both: readonly string[]): string {
  const columns = both.map((name) => add('Unsqueeze', [name, scope.added(int64([LAST]))]));
  return add('Reshape', [add('Concat', columns, { axis: LAST }), scope.added(int64([0, 0, 0, -1]))]);
}
