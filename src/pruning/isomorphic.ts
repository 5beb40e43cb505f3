// Which families are alike in structure: only among those are scores compared where a plan is isomorphic (Fang et al.:
// Isomorphic Pruning for Vision Models, ECCV 2024). Widths do not count, operators and how they are joined do.
import type { Graph } from '../model/graph';
import type { Family } from './families';

/** The class of a family, in words: every use of a tensor that its channels lie on, by operator, place and axis. */
export function isomorphismClass(graph: Graph): (family: Family) => string {
  let uses: ReadonlyMap<string, readonly string[]> | undefined;
  return ({ places }) => {
    uses ??= usesOf(graph);
    const known = uses;
    return places
      .flatMap(({ value, axis }) => (known.get(value) ?? []).map((use) => `${use} axis ${axis}`))
      .sort()
      .join('; ');
  };
}

/** What operators do with each value: "Conv reads 0". */
function usesOf(graph: Graph): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  const note = (value: string, use: string): void => {
    const all = uses.get(value);
    if (all) all.push(use);
    else uses.set(value, [use]);
  };
  for (const { type, inputs, outputs } of graph.nodes) {
    inputs.forEach((value, i) => {
      note(value, `${type} reads ${i}`);
    });
    outputs.forEach((value, i) => {
      note(value, `${type} makes ${i}`);
    });
  }
  return uses;
}
