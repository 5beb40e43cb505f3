// Operators that ONNX took out again before opset 7, and that converters (from Core ML, mostly) still wrote: onnxruntime
// runs them to this day. https://github.com/onnx/onnx/blob/rel-1.4.1/docs/Operators.md (experimental)
import { float32, int64, scalar } from '../../../model/tensor';
import { attributeNumber, part, type Rule, type Scope } from './rule';

const number = (scope: Scope, value: number): string => scope.added(scalar(value));

/** scale · x + bias, one bias a channel. */
export const imageScaler: Rule = (node, scope) => {
  const [x = ''] = node.inputs;
  const bias = node.attributes.bias;
  const rank = scope.shape(x)?.length;
  if (rank === undefined || !Array.isArray(bias)) return scope.opaque('the shape it reads is not known');
  const along = Array.from({ length: rank }, (_, axis) => (axis === 1 ? bias.length : 1));
  const scaled = scope.value();
  return [
    part(node, 'Mul', [x, number(scope, attributeNumber(node, 'scale', 1))], scaled),
    {
      ...part(node, 'Add', [scaled, scope.added(float32(along, Float32Array.from(bias as number[])))], ''),
      outputs: node.outputs,
    },
  ];
};

/** alpha · x + beta */
export const affine: Rule = (node, scope) => {
  const [x = ''] = node.inputs;
  const scaled = scope.value();
  return [
    part(node, 'Mul', [x, number(scope, attributeNumber(node, 'alpha', 1))], scaled),
    {
      ...part(node, 'Add', [scaled, number(scope, attributeNumber(node, 'beta', 0))], ''),
      outputs: node.outputs,
    },
  ];
};

/** Takes left, top, right and bottom off an image; one that keeps so many pixels (`scale`) is not known. */
export const crop: Rule = (node, scope) => {
  const [x = ''] = node.inputs;
  const { border, scale } = node.attributes;
  if (!Array.isArray(border) || scale !== undefined) return scope.opaque('it says how much it keeps');
  const [left = 0, top = 0, right = 0, bottom = 0] = border as number[];
  const until = (taken: number): number => (taken === 0 ? Number.MAX_SAFE_INTEGER : -taken);
  const inputs = [x, int64([top, left]), int64([until(bottom), until(right)]), int64([2, 3])];
  return [
    {
      ...node,
      type: 'Slice',
      inputs: inputs.map((own) => (typeof own === 'string' ? own : scope.added(own))),
      attributes: {},
    },
  ];
};

/** alpha · f(beta · x) */
const scaledFunction =
  (type: string): Rule =>
  (node, scope) => {
    const [x = ''] = node.inputs;
    const [inner, made] = [scope.value(), scope.value()];
    return [
      part(node, 'Mul', [x, number(scope, attributeNumber(node, 'beta', 1))], inner),
      part(node, type, [inner], made),
      { ...part(node, 'Mul', [made, number(scope, attributeNumber(node, 'alpha', 1))], ''), outputs: node.outputs },
    ];
  };

export const scaledTanh = scaledFunction('Tanh');
export const parametricSoftplus = scaledFunction('Softplus');
