// Before opset 13, Softmax normalised over all axes from `axis` (1 by default) on, as one. LogSoftmax likewise.
import { int64 } from '../../../model/tensor';
import { attributeNumber, part, type Rule } from './rule';

export const softmax: Rule = (node, scope) => {
  if (scope.opset >= 13) return [node];
  const [x = ''] = node.inputs;
  const shape = scope.shape(x);
  if (shape === undefined) return scope.opaque('the shape it reads is not known');
  const axis = attributeNumber(node, 'axis', 1);
  const first = axis < 0 ? axis + shape.length : axis;
  if (shape.slice(first + 1).every((size) => size === 1)) return [{ ...node, attributes: { axis: first } }];
  const [flat, sizes, normalised] = [scope.value(), scope.value(), scope.value()];
  return [
    part(node, 'Shape', [x], sizes),
    part(node, 'Reshape', [x, scope.added(int64([...shape.slice(0, first).map(() => 0), -1]))], flat),
    part(node, node.type, [flat], normalised, { axis: -1 }),
    { ...part(node, 'Reshape', [normalised, sizes], ''), outputs: node.outputs },
  ];
};
