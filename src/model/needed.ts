// The part of a graph that its outputs need.
import type { Graph } from './graph';

/** The graph without the nodes that no output needs. */
export function needed(graph: Graph): Graph {
  const values = new Set(graph.outputs.map(({ name }) => name));
  const nodes = [...graph.nodes].reverse().filter((node) => {
    if (!node.outputs.some((value) => values.has(value))) return false;
    for (const value of node.inputs) values.add(value);
    return true;
  });
  return { ...graph, nodes: nodes.reverse() };
}
