// Clip: its bounds were attributes before opset 11.
import { scalar } from '../../../model/tensor';
import { type Rule, withInput, without } from './rule';

export const clip: Rule = (node, scope) => {
  if (scope.opset >= 11) return [node];
  const bound = (name: string): string => {
    const value = node.attributes[name];
    return typeof value === 'number' ? scope.moved(name, scalar(value)) : '';
  };
  return [withInput(withInput({ ...node, attributes: without(node, 'min', 'max') }, 1, bound('min')), 2, bound('max'))];
};
