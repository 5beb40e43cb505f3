// A graph as it runs at inference, for gradients of the network as it is: the operators that train in another way are
// replaced, batch normalisation by the scale and shift that its moving averages come to, dropout by nothing.
import { fixed, type Graph, type Node, type Shape } from '../model/graph';
import { NodeEmitter } from '../ops/emitter';
import { shapeOf } from '../ops/infer';
import { input, numberAttribute, output } from '../ops/operator';

/** @param shapes of the graph's values. */
export function atInference(graph: Graph, shapes: ReadonlyMap<string, Shape>): Graph {
  const emitter = new NodeEmitter('inference');
  for (const node of graph.nodes) {
    emitter.layer = node.layer;
    if (node.type === 'BatchNormalization') scaleAndShift(node, emitter, shapeOf(shapes, input(node, 0)));
    else if (node.type === 'Dropout') emitter.op('Identity', [input(node, 0)], {}, output(node));
    else emitter.nodes.push(node);
  }
  return { ...graph, nodes: emitter.nodes, constants: new Map([...graph.constants, ...emitter.constants]) };
}

function scaleAndShift(node: Node, emitter: NodeEmitter, shape: Shape): void {
  const [x, gamma, beta, mean, variance] = [0, 1, 2, 3, 4].map((i) => input(node, i)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const along = emitter.ints(shape.map((_, axis) => (axis === 1 ? fixed(shape, 1) : 1)));
  const perChannel = (value: string): string => emitter.op('Reshape', [value, along]);
  const epsilon = emitter.float(numberAttribute(node, 'epsilon', 1e-5));
  const deviation = emitter.op('Sqrt', [emitter.op('Add', [variance, epsilon])]);
  const scale = emitter.op('Div', [gamma, deviation]);
  const shift = emitter.op('Sub', [beta, emitter.op('Mul', [mean, scale])]);
  const scaled = emitter.op('Mul', [x, perChannel(scale)]);
  emitter.op('Add', [scaled, perChannel(shift)], {}, output(node));
}
