// Pad: its amounts and value were attributes before opset 11.
import { scalar } from '../../../model/tensor';
import { attributeNumber, listToInput, type Rule, withInput, without } from './rule';

export const pad: Rule = (node, scope) => {
  if (scope.opset >= 11) return [node];
  const value = attributeNumber(node, 'value', 0);
  const padded = listToInput({ ...node, attributes: without(node, 'value') }, scope, 'pads', 1);
  return [value === 0 ? padded : withInput(padded, 2, scope.moved('value', scalar(value)))];
};
