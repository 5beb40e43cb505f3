// Axes became an input: Squeeze, Unsqueeze and ReduceSum in opset 13, the other reductions in 18.
import { listToInput, type Rule } from './rule';

export const axesToInput: Rule = (node, scope) => [listToInput(node, scope, 'axes', 1)];
