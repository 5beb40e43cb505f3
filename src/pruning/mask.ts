// The same channels silenced instead of cut: wherever weights read them, they read zero. cut ≡ mask is the law that
// proves a cut: both graphs compute the same.
import type { Graph, Node } from '../model/graph';
import { float32, type Tensor } from '../model/tensor';
import { shapeOf } from '../ops/infer';
import type { Axis } from '../ops/operator';
import { type Channels, contracted } from './channels';

export function mask(graph: Graph, channels: Channels, removed: ReadonlySet<number>): Graph {
  const constants = new Map<string, Tensor>(graph.constants);
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const added: Node[] = [];
    const silenced = new Map<string, string>();
    contracted(node, channels.shapes).forEach(({ input, weight }, i) => {
      const at = input ?? weight;
      const multiplied = silence(at, `${node.name}:mask_${i}`, silenced.get(at.value) ?? at.value, node.layer);
      if (multiplied === undefined) return;
      added.push(multiplied);
      silenced.set(at.value, multiplied.outputs[0] ?? '');
    });
    return [...added, { ...node, inputs: node.inputs.map((value) => silenced.get(value) ?? value) }];
  });
  return { ...graph, nodes, constants };

  /** Multiplies what lies on the removed channels of an axis by zero. */
  function silence({ value, axis }: Axis, name: string, from: string, layer: string): Node | undefined {
    const own = channels.of(value, axis);
    if (!own?.some((channel) => removed.has(channel))) return undefined;
    const shape = shapeOf(channels.shapes, value).map((_, other) => (other === axis ? own.length : 1));
    const kept = Float32Array.from(own, (channel) => (removed.has(channel) ? 0 : 1));
    constants.set(name, float32(shape, kept));
    return {
      name: `${name}/Mul`,
      type: 'Mul',
      inputs: [from, name],
      outputs: [`${name}/silenced`],
      attributes: {},
      layer,
    };
  }
}
