// Takes channels out of a model: from every axis of every tensor they lie on.
import { messageOf } from '../errors';
import { gatherWeight } from '../model/gather';
import type { Graph, Node, Shape, Value } from '../model/graph';
import type { Tensor } from '../model/tensor';
import { operatorFor } from '../ops/index';
import { inferShapes, shapeOf } from '../ops/infer';
import type { Channels } from './channels';

/**
 * @param removed channels of `channels`. Throws for one that is frozen, and where an axis would lose its last element.
 */
export function cut(graph: Graph, channels: Channels, removed: ReadonlySet<number>): Graph {
  for (const channel of removed) {
    const reason = channels.frozen(channel);
    if (reason !== undefined) throw new Error(`channel ${channel} can't be cut: ${reason}`);
  }
  return keep(graph, channels, (own) => indicesWhere(own, (channel) => !removed.has(channel)));
}

/**
 * Puts channels into another order: position i of `order` names the channel that comes to where the i-th of its keys
 * was. On an axis that holds a channel several times (a flattened image), the n-th of one goes to the n-th of the other.
 */
export function reorder(graph: Graph, channels: Channels, moved: ReadonlyMap<number, number>): Graph {
  return keep(graph, channels, (own) => {
    const positions = new Map<number, number[]>();
    own.forEach((channel, i) => {
      const list = positions.get(channel);
      if (list) list.push(i);
      else positions.set(channel, [i]);
    });
    const seen = new Map<number, number>();
    return Uint32Array.from(own, (channel, i) => {
      const source = moved.get(channel);
      if (source === undefined || source === channel) return i;
      const occurrence = seen.get(channel) ?? 0;
      seen.set(channel, occurrence + 1);
      return positions.get(source)?.[occurrence] ?? i;
    });
  });
}

/** Rebuilds a graph with, on every axis, the elements that `select` lists (of the axis' channels), in that order. */
function keep(graph: Graph, channels: Channels, select: (own: Uint32Array) => Uint32Array): Graph {
  const kept = new Map<string, Map<number, Uint32Array>>();
  const selected = new Map<Uint32Array, Uint32Array | undefined>();
  for (const { value, axis } of channels.axes) {
    const own = channels.of(value, axis);
    if (own === undefined) continue;
    if (!selected.has(own)) selected.set(own, unlessAll(select(own), own.length));
    const indices = selected.get(own);
    if (indices === undefined) continue;
    if (indices.length === 0) throw new Error(`"${value}" would lose every element of axis ${axis}`);
    kept.set(value, (kept.get(value) ?? new Map<number, Uint32Array>()).set(axis, indices));
  }
  const weights = new Map(
    [...graph.weights].map(([name, weight]) => {
      const axes = kept.get(name);
      return [name, axes ? gatherWeight(weight, axes) : weight];
    }),
  );
  const after = (value: string): Shape =>
    shapeOf(channels.shapes, value).map((size, axis) => kept.get(value)?.get(axis)?.length ?? size);
  const constants = new Map(graph.constants);
  const nodes = graph.nodes.flatMap((node) => resize(node, channels, kept, after, constants));
  const inputs = graph.inputs.map((value): Value => ({ ...value, shape: after(value.name) }));
  const declared =
    graph.declared &&
    new Map([...graph.declared].map(([name, shape]) => [name, channels.shapes.has(name) ? after(name) : shape]));
  return withShapes({ ...graph, inputs, nodes, weights, constants, ...(declared && { declared }) });
}

/** undefined for all of so many, in order. */
function unlessAll(indices: Uint32Array, length: number): Uint32Array | undefined {
  if (indices.length !== length) return indices;
  for (let i = 0; i < length; i++) if (indices[i] !== i) return indices;
  return undefined;
}

type Kept = ReadonlyMap<string, ReadonlyMap<number, Uint32Array>>;

function resize(
  node: Node,
  { shapes, sizes }: Channels,
  kept: Kept,
  after: (value: string) => Shape,
  constants: Map<string, Tensor>,
): Node[] {
  const values = [...node.inputs, ...node.outputs];
  const operator = operatorFor(node);
  const told = [...(operator?.shapeInputs ?? []), ...(operator?.sizeInputs ?? [])].flatMap(
    (place) => sizes(node.inputs[place] ?? '') ?? [],
  );
  const touched =
    values.some((value) => kept.has(value)) ||
    told.some(({ from }) => from.some(({ value, axis }) => kept.get(value)?.has(axis)));
  if (!touched || values.some((value) => value !== '' && !shapes.has(value))) return [node];
  const inserted: Node[] = [];
  const resized = operator?.resize?.(node, {
    before: (value) => shapeOf(shapes, value),
    after,
    kept: (value, axis) => kept.get(value)?.get(axis),
    constant: (name) => constants.get(name),
    sizes,
    remake(tensor) {
      let name = `${node.name}:constant`;
      while (constants.has(name)) name += "'";
      constants.set(name, tensor);
      return name;
    },
    insert(type, inputs) {
      let name = `${node.name}:${type}`;
      while (shapes.has(name) || inserted.some((other) => other.name === name)) name += "'";
      inserted.push({ name, type, inputs, outputs: [name], attributes: {}, layer: node.layer });
      return name;
    },
  });
  return [...inserted, resized ?? node];
}

/** The graph with its outputs' shapes brought up to date; throws where the nodes no longer fit together. */
function withShapes(graph: Graph): Graph {
  const shapes = shapesAfter(graph);
  const outputs = graph.outputs.map((value): Value => ({ ...value, shape: shapes.get(value.name) ?? value.shape }));
  return { ...graph, outputs };
}

/** They fitted before the cut: that they no longer do is a fault of ours, not the file's. */
function shapesAfter(graph: Graph): Map<string, Shape> {
  try {
    return inferShapes(graph);
  } catch (error) {
    throw new Error(`the cut broke the model: ${messageOf(error)}`, { cause: error });
  }
}

function indicesWhere(own: Uint32Array, wanted: (channel: number) => boolean): Uint32Array {
  const indices = new Uint32Array(own.length);
  let count = 0;
  for (let i = 0; i < own.length; i++) if (wanted(own[i] as number)) indices[count++] = i;
  return indices.slice(0, count);
}
