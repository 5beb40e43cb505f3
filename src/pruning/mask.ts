// The same channels silenced instead of cut: wherever weights read them, they read zero. cut ≡ mask is the law that
// proves a cut: both graphs compute the same.
import type { Graph, Node } from '../model/graph';
import { float32, type Tensor } from '../model/tensor';
import { operatorOf } from '../ops/index';
import { shapeOf } from '../ops/infer';
import type { Channels } from './channels';

export function mask(graph: Graph, channels: Channels, removed: ReadonlySet<number>): Graph {
  const constants = new Map<string, Tensor>(graph.constants);
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const read = operatorOf(node.type).contracts?.(node, (value) => shapeOf(channels.shapes, value));
    const own = read && channels.of(read.input.value, read.input.axis);
    if (!read || !own?.some((channel) => removed.has(channel))) return [node];
    const rank = shapeOf(channels.shapes, read.input.value).length;
    const shape = Array.from({ length: rank }, (_, axis) => (axis === read.input.axis ? own.length : 1));
    const name = `${node.name}:mask`;
    constants.set(
      name,
      float32(
        shape,
        Float32Array.from(own, (channel) => (removed.has(channel) ? 0 : 1)),
      ),
    );
    const silenced: Node = {
      name: `${name}/Mul`,
      type: 'Mul',
      inputs: [read.input.value, name],
      outputs: [`${name}/silenced`],
      attributes: {},
      layer: node.layer,
    };
    const inputs = node.inputs.map((value) => (value === read.input.value ? `${name}/silenced` : value));
    return [silenced, { ...node, inputs }];
  });
  return { ...graph, nodes, constants };
}
