// Values that are the same whatever a model is fed: weights, constants, and what is made of them alone.
import type { Graph } from '../model/graph';
import { remembered } from './remembered';

export const fixedValues: (graph: Graph) => ReadonlySet<string> = remembered(({ nodes, weights, constants }: Graph) => {
  const fixed = new Set([...weights.keys(), ...constants.keys()]);
  for (const { inputs, outputs } of nodes) {
    if (inputs.every((value) => value === '' || fixed.has(value))) for (const value of outputs) fixed.add(value);
  }
  return fixed;
});
