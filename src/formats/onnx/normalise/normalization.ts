// GroupNormalization (opset 18 and 21) and RMSNormalization (23) by their definitions, out of operators that opset 18 has.
// https://onnx.ai/onnx/operators/onnx__GroupNormalization.html
import type { Node } from '../../../model/graph';
import { int64, scalar } from '../../../model/tensor';
import { attributeNumber, part, type Rule } from './rule';

/** Every group normalised over its channels and positions, then one scale and bias a channel; in opset 18 one a group. */
export const groupNormalization: Rule = (node, scope) => {
  const [x = '', scale = '', bias = ''] = node.inputs;
  const rank = scope.shape(x)?.length;
  if (rank === undefined) return scope.opaque('the shape it reads is not known');
  const groups = attributeNumber(node, 'num_groups', 1);
  const nodes: Node[] = [];
  const add = (type: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string => {
    const name = scope.value();
    nodes.push(part(node, type, inputs, name, attributes));
    return name;
  };
  const list = (...numbers: number[]): string => scope.added(int64(numbers));
  const mean = (value: string): string => add('ReduceMean', [value, list(-1)], { keepdims: 1 });
  const grouped = add('Reshape', [x, list(0, groups, -1)]);
  scope.follows('num_groups', grouped, 1);
  const centred = add('Sub', [grouped, mean(grouped)]);
  const epsilon = scope.added(scalar(attributeNumber(node, 'epsilon', 1e-5)));
  const deviation = add('Sqrt', [add('Add', [mean(add('Mul', [centred, centred])), epsilon])]);
  const normal = add('Div', [centred, deviation]);
  const apart = (value: string): string => add('Reshape', [value, add('Shape', [x])]);
  const perGroup = scope.opset < 21;
  const shares = Array.from({ length: perGroup ? 1 : rank - 2 }, (_, i) => i + 1);
  const along = (value: string): string => add('Unsqueeze', [value, list(...shares)]);
  const scaled = add('Mul', [perGroup ? normal : apart(normal), along(scale)]);
  const shift = along(bias);
  const last = perGroup
    ? part(node, 'Reshape', [add('Add', [scaled, shift]), add('Shape', [x])], '')
    : part(node, 'Add', [scaled, shift], '');
  return [...nodes, { ...last, outputs: node.outputs }];
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
