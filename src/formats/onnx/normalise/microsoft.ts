// What onnxruntime's optimiser fuses into operators of its own domain, com.microsoft, taken apart again.
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
import type { Node } from '../../../model/graph';
import { scalar } from '../../../model/tensor';
import { gelu, swish } from './gelu';
import {
  embedLayerNormalization,
  groupQueryAttention,
  multiHeadAttention,
  packedAttention,
} from './microsoft-attention';
import { rmsNormalization } from './normalization';
import { microsoftRotaryEmbedding } from './rotary-embedding';
import { attributeNumber, part, type Rule, type Scope, without } from './rule';

/** Attributes that say what is done to the result of a fused operator. */
const AFTER = ['activation', 'activation_params', 'activation_alpha', 'activation_beta', 'activation_gamma'] as const;

/** What is done to the result of a fused operator; undefined for one that is not known. */
function activation(node: Node, scope: Scope, from: string): Node | undefined {
  const listed = node.attributes.activation_params;
  const numbers = Array.isArray(listed)
    ? (listed as readonly number[])
    : [attributeNumber(node, 'activation_alpha', 0.01), attributeNumber(node, 'activation_beta', 0)];
  const made = (type: string, attributes: Node['attributes'] = {}, inputs: readonly string[] = [from]): Node => ({
    ...part(node, type, inputs, '', attributes),
    outputs: node.outputs,
  });
  switch (node.attributes.activation) {
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
      return made(node.attributes.activation);
    case 'LeakyRelu':
      return made('LeakyRelu', { alpha: numbers[0] ?? 0.01 });
    case 'HardSigmoid':
      return made('HardSigmoid', { alpha: numbers[0] ?? 0.2, beta: numbers[1] ?? 0.5 });
    case 'Clip':
      return made('Clip', {}, [from, ...numbers.slice(0, 2).map((bound) => scope.added(scalar(bound)))]);
    default:
      return undefined;
  }
}

/** A Conv or Gemm, to whose result another value may be added, and what is done to it then. */
function fused(type: string): Rule {
  return (node, scope) => {
    const [x = '', weight = '', bias = '', sum = ''] = node.inputs;
    const attributes = without(node, ...AFTER);
    const inputs = bias === '' ? [x, weight] : [x, weight, bias];
    const bent = node.attributes.activation !== undefined;
    const [made, added] = [scope.value(), sum === '' ? '' : scope.value()];
    const nodes = [part(node, type, inputs, made, attributes)];
    if (sum !== '') nodes.push(part(node, 'Add', [made, sum], added));
    const end = bent ? activation(node, scope, added || made) : undefined;
    if (bent && end === undefined) return scope.opaque(`it ends in ${String(node.attributes.activation)}`);
    if (end !== undefined) return [...nodes, end];
    return [...nodes.slice(0, -1), { ...(nodes.at(-1) as Node), outputs: node.outputs }];
  };
}

/** alpha · A · B, either with its last two axes exchanged, or with its first behind the batch before that. */
const fusedMatMul: Rule = (node, scope) => {
  const nodes: Node[] = [];
  const turned = (name: string, side: 'A' | 'B'): string | undefined => {
    const [last, batch] = [`trans${side}`, `transBatch${side}`].map((own) => attributeNumber(node, own, 0) !== 0);
    if (!last && !batch) return name;
    const rank = scope.shape(name)?.length;
    if (rank === undefined) return undefined;
    const perm = Array.from({ length: rank }, (_, i) => (batch && i < rank - 1 ? (i + 1) % (rank - 1) : i));
    if (last) perm.push(...perm.splice(-2).reverse());
    const value = scope.value();
    nodes.push(part(node, 'Transpose', [name], value, { perm }));
    return value;
  };
  const [a, b] = [turned(node.inputs[0] ?? '', 'A'), turned(node.inputs[1] ?? '', 'B')];
  if (a === undefined || b === undefined) return scope.opaque('the shape it reads is not known');
  const alpha = attributeNumber(node, 'alpha', 1);
  if (alpha === 1) return [...nodes, { ...part(node, 'MatMul', [a, b], ''), outputs: node.outputs }];
  const product = scope.value();
  return [
    ...nodes,
    part(node, 'MatMul', [a, b], product),
    { ...part(node, 'Mul', [product, scope.added(scalar(alpha))], ''), outputs: node.outputs },
  ];
};

/** Gelu of x and a bias, if there is one. */
const biasedGelu =
  (approximate: 'none' | 'tanh'): Rule =>
  (node, scope) => {
    const [x = '', bias = ''] = node.inputs;
    if (bias === '') return gelu({ ...node, attributes: { approximate } }, scope);
    const sum = scope.value();
    return [part(node, 'Add', [x, bias], sum), ...gelu({ ...node, inputs: [sum], attributes: { approximate } }, scope)];
  };

const quickGelu: Rule = (node, scope) =>
  swish({ ...node, attributes: { alpha: attributeNumber(node, 'alpha', 1.702) } }, scope);

/** Sums of two values and a bias, which may be asked for (output 3), normalised. */
const skipNormalization =
  (simplified: boolean): Rule =>
  (node, scope) => {
    const [x = '', skip = '', gamma = '', ...others] = node.inputs;
    const [beta = '', bias = ''] = simplified ? ['', ...others] : others;
    const [y = '', mean = '', deviation = '', asked = ''] = node.outputs;
    if ([mean, deviation].some((name) => name !== '' && scope.isRead(name)))
      return scope.opaque('its statistics are read');
    const sum = asked || scope.value();
    const plain = bias === '' ? sum : scope.value();
    const epsilon = attributeNumber(node, 'epsilon', 1e-12);
    const own: Node = {
      ...part(node, 'LayerNormalization', beta === '' ? [sum, gamma] : [sum, gamma, beta], y, { axis: -1, epsilon }),
    };
    return [
      part(node, 'Add', [x, skip], plain),
      ...(bias === '' ? [] : [part(node, 'Add', [plain, bias], sum)]),
      ...(simplified ? rmsNormalization(own, scope) : [own]),
    ];
  };

/** It stands in ONNX' own domain, although ONNX has no such operator. */
export const simplifiedLayerNormalization: Rule = (node, scope) => {
  const [y = '', deviation = ''] = node.outputs;
  if (deviation !== '' && scope.isRead(deviation)) return scope.opaque('its statistics are read');
  return rmsNormalization({ ...node, outputs: [y] }, scope);
};

/** Four bits a weight, in blocks. */
const packedProduct: Rule = (node, scope) => {
  const [shape, width] = [scope.shape(node.inputs[0] ?? ''), node.attributes.N];
  const known = shape !== undefined && typeof width === 'number';
  return scope.opaque('its weights are packed in a few bits', known ? [...shape.slice(0, -1), width] : undefined);
};

export const MICROSOFT: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    Attention: packedAttention,
    EmbedLayerNormalization: embedLayerNormalization,
    GroupQueryAttention: groupQueryAttention,
    MultiHeadAttention: multiHeadAttention,
    RotaryEmbedding: microsoftRotaryEmbedding,
    BiasGelu: biasedGelu('none'),
    FastGelu: biasedGelu('tanh'),
    FusedConv: fused('Conv'),
    FusedGemm: fused('Gemm'),
    FusedMatMul: fusedMatMul,
    Gelu: biasedGelu('none'),
    MatMulNBits: packedProduct,
    QuickGelu: quickGelu,
    SkipLayerNormalization: skipNormalization(false),
    SkipSimplifiedLayerNormalization: skipNormalization(true),
    TransposeMatMul: fusedMatMul,
  }),
);
