// Where in the graph a layer's channels are observed: before and after its activation function.
import { UserError } from '../../errors';
import { consumers, fixed, type Graph, producer } from '../../model/graph';
import type { Model } from '../../model/model';
import { operatorFor } from '../../ops/index';
import { inferShapes, shapeOf } from '../../ops/infer';
import { output } from '../../ops/operator';
import type { LayerChannels } from '../layer-channels';
import { countedValue, findMaxouts } from '../maxout';
import type { Site } from './measure';

/** Where a layer's channels are observed, and which compete. */
export function siteOf(model: Model, { output: made }: LayerChannels, k: number): Site {
  const { graph } = model;
  const maxout = findMaxouts(model).find(({ input }) => madeBehind(graph, input) === made.value);
  const before = maxout ? countedValue(graph, maxout.input) : throughAffine(graph, made.value);
  const shape = shapeOf(inferShapes(graph), before);
  if (made.axis !== 1 || (shape.length !== 2 && shape.length !== 4)) {
    throw new UserError(`relevance over activations of shape [${shape.join(', ')}] is not known yet`);
  }
  return {
    before,
    after: throughActivation(graph, before),
    channels: fixed(shape, 1),
    rank: shape.length,
    positions: shape.slice(2).map((_, i) => fixed(shape, i + 2, 'the activation')),
    neurons: maxout?.neurons ?? k,
    ...(maxout && { maxout: maxout.layer.name }),
  };
}

/** Whether a node only scales and shifts each channel: it belongs to the pre-activation. */
function isAffine(graph: Graph, type: string, inputs: readonly string[]): boolean {
  return type === 'BatchNormalization' || (type === 'Add' && graph.weights.has(inputs[1] ?? ''));
}

/** From the value a kernel makes to the end of its bias and normalisation. */
function throughAffine(graph: Graph, value: string): string {
  const [next, ...others] = consumers(graph, value);
  return next && others.length === 0 && isAffine(graph, next.type, next.inputs)
    ? throughAffine(graph, output(next))
    : value;
}

const POOLS: ReadonlySet<string> = new Set(['MaxPool', 'AveragePool']);

/** From what a maxout reads back to the value the kernel makes: through all that works on each channel by itself. */
function madeBehind(graph: Graph, value: string): string {
  const node = producer(graph, value);
  if (node === undefined) return value;
  const channelwise =
    isAffine(graph, node.type, node.inputs) || POOLS.has(node.type) || operatorFor(node)?.monotone?.(node);
  return channelwise ? madeBehind(graph, node.inputs[0] ?? '') : value;
}

/** To the end of the activation function, if one follows. */
function throughActivation(graph: Graph, value: string): string {
  const [next, ...others] = consumers(graph, value);
  const activation = next && others.length === 0 && operatorFor(next)?.monotone?.(next) && next.type !== 'Dropout';
  return next && activation ? output(next) : value;
}
