// RNN, GRU and LSTM: an initial state of zeros is what one left out is; without it no shape depends on the width.
import type { Rule, Scope } from './rule';

export const recurrent: Rule = (node, scope) => {
  const inputs = node.inputs.map((name, place) => (place > 4 && place < 7 && isZero(name, scope) ? '' : name));
  return [{ ...node, inputs: inputs.slice(0, inputs.findLastIndex((name) => name !== '') + 1) }];
};

/** Followed through what takes parts of it or lays it out anew. */
function isZero(name: string, scope: Scope, depth = 0): boolean {
  const maker = scope.maker(name);
  if (maker === undefined) return scope.isFilled(name, 0);
  const [source = ''] = maker.inputs;
  if (maker.type === 'ConstantOfShape') {
    const value = maker.attributes.value;
    return value === undefined || (typeof value === 'object' && 'data' in value && Number(value.data[0]) === 0);
  }
  return depth < 8 && PASSING.has(maker.type) && isZero(source, scope, depth + 1);
}

const PASSING: ReadonlySet<string> = new Set([
  'Cast',
  'Expand',
  'Identity',
  'Reshape',
  'Slice',
  'Split',
  'Transpose',
  'Unsqueeze',
  'Squeeze',
  'Gather',
]);
