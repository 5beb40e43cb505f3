// Dropout: its ratio was an attribute before opset 12, then an input; here it is what training draws its mask by.
import { DROPOUT_RATE } from '../../../ops/dropout';
import { attributeNumber, type Rule } from './rule';

export const dropout: Rule = (node, scope) => {
  const [x = '', ratio = '', training = ''] = node.inputs;
  if (training !== '' && Number(scope.constant(training)?.data[0] ?? 1) !== 0) {
    return scope.opaque('it may be in training mode');
  }
  const constant = ratio === '' ? undefined : Number(scope.constant(ratio)?.data[0] ?? 0.5);
  const rate = constant ?? attributeNumber(node, 'ratio', 0.5);
  const [y = '', mask] = node.outputs;
  if (mask && scope.isRead(mask)) return scope.opaque('its mask is read');
  return [{ ...node, inputs: [x], outputs: [y], attributes: { [DROPOUT_RATE]: rate } }];
};
