// Slice: its ranges were attributes before opset 10; without axes they are those of the first ones.
import { listToInput, type Rule } from './rule';

export const slice: Rule = (node, scope) => {
  if (scope.opset >= 10) return [node];
  return [['starts', 1] as const, ['ends', 2] as const, ['axes', 3] as const].reduce(
    (made, [attribute, index]) => [listToInput(made[0] ?? node, scope, attribute, index)],
    [node],
  );
};
