// Shapes of every value of a graph, from its inputs on.
import type { Graph, Shape } from '../model/graph';
import { operatorOf } from './index';

/** By name: the graph's inputs, weights, constants and everything its nodes make. Throws where shapes do not fit. */
export function inferShapes(graph: Graph): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const { name, shape } of graph.inputs) shapes.set(name, shape);
  for (const [name, { shape }] of graph.weights) shapes.set(name, shape);
  for (const [name, { shape }] of graph.constants) shapes.set(name, shape);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => {
      const shape = name === '' ? [] : shapes.get(name);
      if (shape === undefined) throw new Error(`${node.type} "${node.name}" reads "${name}", which nothing makes`);
      return shape;
    });
    operatorOf(node.type)
      .shapes(node, inputs, (name) => graph.constants.get(name))
      .forEach((shape, i) => {
        shapes.set(node.outputs[i] ?? '', shape);
      });
  }
  return shapes;
}

/** Looks a shape up; throws where there is none. */
export function shapeOf(shapes: ReadonlyMap<string, Shape>, value: string): Shape {
  const shape = shapes.get(value);
  if (shape === undefined) throw new Error(`no value "${value}"`);
  return shape;
}
