// Split: its sizes were an attribute before opset 13; equal parts are counted by an attribute since 18.
import { listToInput, type Rule } from './rule';

export const split: Rule = (node, scope) => {
  const sized = listToInput(node, scope, 'split', 1);
  if (sized.inputs[1] || sized.attributes.num_outputs !== undefined) return [sized];
  return [{ ...sized, attributes: { ...sized.attributes, num_outputs: sized.outputs.length } }];
};
