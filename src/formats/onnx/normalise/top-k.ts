// TopK: how many was an attribute before opset 10.
import { int64 } from '../../../model/tensor';
import { attributeNumber, type Rule, withInput, without } from './rule';

export const topK: Rule = (node, scope) => {
  if (node.inputs[1]) return [node];
  const k = scope.moved('k', int64([attributeNumber(node, 'k', 1)]));
  return [withInput({ ...node, attributes: without(node, 'k') }, 1, k)];
};
