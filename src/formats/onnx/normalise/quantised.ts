// Operators on quantised numbers as what they do with the numbers these stand for: the stored ones are made whole, and what
// comes of it is quantised again. https://onnx.ai/onnx/operators/onnx__QLinearConv.html
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
import type { Node } from '../../../model/graph';
import { int64 } from '../../../model/tensor';
import { attributeNumber, part, type Rule, type Scope, without } from './rule';

const [FLOAT, INT32] = [1, 6];

/** A list of nodes, and what adds to it and returns the name of what was added. */
class Form {
  readonly nodes: Node[] = [];

  constructor(
    private readonly node: Node,
    private readonly scope: Scope,
  ) {}

  add(type: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string {
    const name = this.scope.value();
    this.nodes.push(part(this.node, type, inputs, name, attributes));
    return name;
  }

  /** The numbers that stored ones stand for, by a scale for all of them or one for each slice along an axis. */
  whole([stored = '', scale = '', zero = '']: readonly string[], axis = 0): string {
    return this.add('DequantizeLinear', zero === '' ? [stored, scale] : [stored, scale, zero], { axis });
  }

  /** Sums of products, stored as whole numbers. */
  sums(stored: string, scales: readonly [string, string]): string {
    return this.add('Mul', [this.add('Cast', [stored], { to: FLOAT }), this.add('Mul', scales)]);
  }

  /** Whole numbers as they are, less what stands for zero. */
  apart(stored: string, zero: string): string {
    const own = this.add('Cast', [stored], { to: FLOAT });
    return zero === '' ? own : this.add('Sub', [own, this.add('Cast', [zero], { to: FLOAT })]);
  }

  /** All nodes, with what was made last as the node's result, stored again. */
  stored(made: string, [scale = '', zero = '']: readonly string[]): Node[] {
    const inputs = zero === '' ? [made, scale] : [made, scale, zero];
    return [...this.nodes, { ...part(this.node, 'QuantizeLinear', inputs, ''), outputs: this.node.outputs }];
  }

  /** The same with a last node of this kind. */
  end(type: string, inputs: readonly string[], attributes: Node['attributes'] = {}): Node[] {
    return [...this.nodes, { ...part(this.node, type, inputs, '', attributes), outputs: this.node.outputs }];
  }
}

const isSingle = (scope: Scope, name: string): boolean => (scope.shape(name) ?? []).every((size) => size === 1);
const BY_ROW = 'it has a scale for each row';

const convolution: Rule = (node, scope) => {
  const [x = '', xScale = '', xZero = '', w = '', wScale = '', wZero = '', scale = '', zero = '', bias = ''] =
    node.inputs;
  const form = new Form(node, scope);
  const inputs = [form.whole([x, xScale, xZero]), form.whole([w, wScale, wZero])];
  if (bias !== '') inputs.push(form.sums(bias, [xScale, wScale]));
  return form.stored(form.add('Conv', inputs, node.attributes), [scale, zero]);
};

const product: Rule = (node, scope) => {
  const [a = '', aScale = '', aZero = '', b = '', bScale = '', bZero = '', scale = '', zero = ''] = node.inputs;
  if (!isSingle(scope, aScale)) return scope.opaque(BY_ROW);
  const form = new Form(node, scope);
  const made = form.add('MatMul', [form.whole([a, aScale, aZero]), form.whole([b, bScale, bZero], -1)]);
  return form.stored(made, [scale, zero]);
};

const affine: Rule = (node, scope) => {
  const [a = '', aScale = '', aZero = '', b = '', bScale = '', bZero = '', bias = '', scale = '', zero = ''] =
    node.inputs;
  if (!isSingle(scope, aScale)) return scope.opaque(BY_ROW);
  if (attributeNumber(node, 'alpha', 1) !== 1) return scope.opaque('it scales its products');
  const form = new Form(node, scope);
  const axis = attributeNumber(node, 'transB', 0) === 0 ? 1 : 0;
  const inputs = [form.whole([a, aScale, aZero]), form.whole([b, bScale, bZero], axis)];
  if (bias !== '') inputs.push(form.sums(bias, [aScale, bScale]));
  const attributes = without(node, 'alpha');
  if (scale === '') return form.end('Gemm', inputs, attributes);
  return form.stored(form.add('Gemm', inputs, attributes), [scale, zero]);
};

/** What `count` values, each with its scale and zero, come to; the last two inputs are those of the result. */
const elementwise =
  (type: string, count: 1 | 2): Rule =>
  (node, scope) => {
    const form = new Form(node, scope);
    const parts = Array.from({ length: count }, (_, i) => form.whole(node.inputs.slice(3 * i, 3 * i + 3)));
    return form.stored(form.add(type, parts, node.attributes), node.inputs.slice(3 * count));
  };

const pooling =
  (type: string): Rule =>
  (node, scope) =>
    attributeNumber(node, 'channels_last', 0) === 0
      ? elementwise(type, 1)({ ...node, attributes: without(node, 'channels_last') }, scope)
      : scope.opaque('it has the channels last');

const softmax: Rule = (node, scope) => {
  const rank = scope.shape(node.inputs[0] ?? '')?.length;
  const axis = attributeNumber(node, 'axis', -1);
  // Before opset 13 everything from the axis on was one.
  if (attributeNumber(node, 'opset', 13) < 13 && axis !== -1 && axis + 1 !== rank)
    return scope.opaque('it normalises over several axes');
  return elementwise('Softmax', 1)({ ...node, attributes: { axis } }, scope);
};

const concatenation: Rule = (node, scope) => {
  const [scale = '', zero = '', ...parts] = node.inputs;
  const form = new Form(node, scope);
  const inputs = Array.from({ length: parts.length / 3 }, (_, i) => form.whole(parts.slice(3 * i, 3 * i + 3)));
  return form.stored(form.add('Concat', inputs, node.attributes), [scale, zero]);
};

const wholeProduct: Rule = (node, scope) => {
  const [a = '', b = '', aZero = '', bZero = ''] = node.inputs;
  if (!isSingle(scope, aZero)) return scope.opaque(BY_ROW);
  const form = new Form(node, scope);
  const made = form.add('MatMul', [form.apart(a, aZero), form.apart(b, bZero)]);
  return form.end('Cast', [made], { to: INT32 });
};

const wholeConvolution: Rule = (node, scope) => {
  const [x = '', w = '', xZero = '', wZero = ''] = node.inputs;
  const [xRank, wRank] = [x, w].map((name) => scope.shape(name)?.length);
  const form = new Form(node, scope);
  const single = isSingle(scope, wZero);
  if (!single && wRank === undefined) return scope.opaque('the shape it reads is not known');
  const along = (name: string, rank = 1): string =>
    form.add('Unsqueeze', [name, scope.added(int64(Array.from({ length: rank - 1 }, (_, i) => i + 1)))]);
  const made = form.add(
    'Conv',
    [form.apart(x, xZero), form.apart(w, single ? wZero : along(wZero, wRank ?? xRank))],
    node.attributes,
  );
  return form.end('Cast', [made], { to: INT32 });
};

export const QUANTISED: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    ConvInteger: wholeConvolution,
    MatMulInteger: wholeProduct,
    QLinearConv: convolution,
    QLinearMatMul: product,
  }),
);

const AS_IT_RUNS = 'it is quantised as it runs';

/** A product whose scales are taken in. */
const dynamicProduct: Rule = (node, scope) => {
  const [a, b] = [scope.shape(node.inputs[0] ?? ''), scope.shape(node.inputs[1] ?? '')];
  const width = b?.at(-1);
  const known = a !== undefined && width !== undefined;
  return scope.opaque(AS_IT_RUNS, known ? [...a.slice(0, -1), width] : undefined);
};

/** Queries, keys and values of one quantised weight, side by side. */
const packedAttention: Rule = (node, scope) => {
  const [x, weight] = [scope.shape(node.inputs[0] ?? ''), scope.shape(node.inputs[1] ?? '')];
  const width = Number(weight?.[1]) / 3;
  return scope.opaque(AS_IT_RUNS, x && Number.isInteger(width) ? [...x.slice(0, 2), width] : undefined);
};

/** Its states are quantised at every step. */
const lstm: Rule = (node, scope) => {
  const [x, weight] = [scope.shape(node.inputs[0] ?? ''), scope.shape(node.inputs[2] ?? '')];
  const [time, batch] = x ?? [];
  const [directions, width] = weight ?? [];
  if (time === undefined || batch === undefined || directions === undefined || width === undefined)
    return scope.opaque(AS_IT_RUNS);
  const state = [directions, batch, width];
  return scope.opaque(AS_IT_RUNS, [time, directions, batch, width], state, state);
};

/** Those of onnxruntime's own domain. */
export const MICROSOFT_QUANTISED: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    DynamicQuantizeLSTM: lstm,
    DynamicQuantizeMatMul: dynamicProduct,
    MatMulIntegerToFloat: dynamicProduct,
    QAttention: packedAttention,
    QGemm: affine,
    QLinearAdd: elementwise('Add', 2),
    QLinearAveragePool: pooling('AveragePool'),
    QLinearConcat: concatenation,
    QLinearGlobalAveragePool: pooling('GlobalAveragePool'),
    QLinearLeakyRelu: elementwise('LeakyRelu', 1),
    QLinearMul: elementwise('Mul', 2),
    QLinearSigmoid: elementwise('Sigmoid', 1),
    QLinearSoftmax: softmax,
  }),
);
