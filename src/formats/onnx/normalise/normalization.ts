// GroupNormalization (opset 21) and RMSNormalization (23) by their definitions, out of operators that opset 18 has.
// https://onnx.ai/onnx/operators/onnx__GroupNormalization.html
import { float32, int64, scalar } from '../../../model/tensor';
import { attributeNumber, part, type Rule } from './rule';

/** The groups as channels of an InstanceNormalization, then one scale and bias a channel. */
export const groupNormalization: Rule = (node, scope) => {
  const [x = '', scale = '', bias = ''] = node.inputs;
  const rank = scope.shape(x)?.length;
  const groups = attributeNumber(node, 'num_groups', 1);
  // In opset 18 scale and bias are one a group.
  if (rank === undefined || scope.opset < 21) return scope.opaque('it scales its groups');
  const epsilon = { epsilon: attributeNumber(node, 'epsilon', 1e-5) };
  const [sizes, grouped, normal, back, wide, high, scaled] = Array.from({ length: 7 }, () => scope.value()) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const fill = (value: number): string => scope.added(float32([groups], new Float32Array(groups).fill(value)));
  const spatial = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  const along = (value: string, name: string) => part(node, 'Unsqueeze', [value, scope.added(int64(spatial))], name);
  return [
    part(node, 'Shape', [x], sizes),
    part(node, 'Reshape', [x, scope.added(int64([0, groups, -1]))], grouped),
    part(node, 'InstanceNormalization', [grouped, fill(1), fill(0)], normal, epsilon),
    part(node, 'Reshape', [normal, sizes], back),
    along(scale, wide),
    along(bias, high),
    part(node, 'Mul', [back, wide], scaled),
    { ...part(node, 'Add', [scaled, high], ''), outputs: node.outputs },
  ];
};

/** x / √(mean(x²) + ε) · scale over the axes from `axis` on. */
export const rmsNormalization: Rule = (node, scope) => {
  const [x = '', scale = ''] = node.inputs;
  const axis = attributeNumber(node, 'axis', -1);
  const rank = axis === -1 ? 0 : scope.shape(x)?.length;
  if (rank === undefined) return scope.opaque('the shape it reads is not known');
  const count = axis < 0 ? -axis : rank - axis;
  const axes = scope.added(int64(Array.from({ length: count }, (_, i) => i - count)));
  const [square, mean, shifted, root, normal] = Array.from({ length: 5 }, () => scope.value()) as [
    string,
    string,
    string,
    string,
    string,
  ];
  return [
    part(node, 'Mul', [x, x], square),
    part(node, 'ReduceMean', [square, axes], mean, { keepdims: 1 }),
    part(node, 'Add', [mean, scope.added(scalar(attributeNumber(node, 'epsilon', 1e-5)))], shifted),
    part(node, 'Sqrt', [shifted], root),
    part(node, 'Div', [x, root], normal),
    { ...part(node, 'Mul', [normal, scale], ''), outputs: node.outputs },
  ];
};
