// BatchNormalization before opset 14 said by its further outputs, or by is_test, that it trains; before 9 it could
// normalise every element on its own.
import { attributeNumber, type Rule, without } from './rule';

export const batchNormalization: Rule = (node, scope) => {
  if (attributeNumber(node, 'spatial', 1) === 0) return scope.opaque('it normalises every element on its own');
  if (attributeNumber(node, 'training_mode', 0) !== 0)
    return scope.opaque('it is in training mode', scope.shape(node.inputs[0] ?? ''));
  const [y = ''] = node.outputs;
  return [{ ...node, outputs: [y], attributes: without(node, 'spatial', 'is_test', 'training_mode') }];
};
