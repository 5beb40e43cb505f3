// Maxout units in a model: found, cut within (the paper's iteration), folded away at one neuron a unit.
import { fixed, type Graph, type Node, producer } from '../model/graph';
import type { Layer, Model } from '../model/model';
import { operatorFor } from '../ops/index';
import { inferShapes, shapeOf } from '../ops/infer';
import { input, output } from '../ops/operator';
import { analyseChannels } from './channels';
import { cut } from './cut';

export const MAXOUT = 'Maxout';
/** A layer that makes the neurons itself. It stays with one neuron a unit, and is then a layer like others. */
const MAXOUT_DENSE = 'MaxoutDense';

/** In every layout the neurons of a maxout lie on axis 1: [batch, neurons] or [batch, neurons, height, width]. */
export const NEURON_AXIS = 1;

export interface Maxout {
  readonly layer: Layer;
  /** [n] to [units, neurons], then the maximum over the neurons. */
  readonly reshape: Node;
  readonly maximum: Node;
  readonly units: number;
  /** Neurons a unit (the paper's k). */
  readonly neurons: number;
  /** What the maximum is taken of. */
  readonly input: string;
}

export function findMaxouts(model: Model): Maxout[] {
  const shapes = inferShapes(model.graph);
  return model.layers
    .filter(({ type }) => type === MAXOUT || type === MAXOUT_DENSE)
    .flatMap((layer): Maxout[] => {
      const nodes = model.graph.nodes.filter((node) => node.layer === layer.name);
      const reshape = nodes.find(({ type }) => type === 'Reshape');
      const maximum = nodes.find(({ type }) => type === 'ReduceMax');
      // Anybody's class may go by that name: of what is opaque nothing is known.
      if (!reshape || !maximum) return [];
      const grouped = shapeOf(shapes, output(reshape));
      return [
        {
          layer,
          reshape,
          maximum,
          units: fixed(grouped, 1, layer.name),
          neurons: fixed(grouped, 2, layer.name),
          input: input(reshape, 0),
        },
      ];
    })
    .filter(({ layer, neurons }) => layer.type === MAXOUT || neurons > 1);
}

/**
 * The value that wins are counted on: the pre-activation. A monotone function does not change which neuron is largest,
 * but may make ties (all zero after ReLU), which would bias the count.
 */
export function countedValue(graph: Graph, value: string): string {
  const node = producer(graph, value);
  if (node === undefined || !operatorFor(node)?.monotone?.(node)) return value;
  return countedValue(graph, input(node, 0));
}

/** The least relevant neuron of every unit, by index. The first of several equal ones. */
export function leastOfUnits({ units, neurons }: Maxout, scores: Float64Array): Set<number> {
  const removed = new Set<number>();
  for (let unit = 0; unit < units; unit++) {
    let least = unit * neurons;
    for (let neuron = least + 1; neuron < (unit + 1) * neurons; neuron++) {
      if ((scores[neuron] ?? 0) < (scores[least] ?? 0)) least = neuron;
    }
    removed.add(least);
  }
  return removed;
}

/**
 * Cuts neurons of a maxout, the same number in every unit. The order of the others is kept.
 * @param removed indices of neurons (unit × k + j).
 */
export function cutWithinUnits(model: Model, maxout: Maxout, removed: ReadonlySet<number>): Model {
  const perUnit = new Array<number>(maxout.units).fill(0);
  for (const neuron of removed) {
    const unit = Math.floor(neuron / maxout.neurons);
    perUnit[unit] = (perUnit[unit] ?? 0) + 1;
  }
  if (new Set(perUnit).size > 1 || (perUnit[0] ?? 0) >= maxout.neurons) {
    throw new Error(`layer "${maxout.layer.name}": every unit must lose the same number of neurons and keep one`);
  }
  const channels = analyseChannels(model.graph, { open: new Set([maxout.reshape]) });
  const own = channels.of(maxout.input, NEURON_AXIS);
  if (own === undefined) throw new Error(`layer "${maxout.layer.name}" has no neurons`);
  const graph = cut(model.graph, channels, new Set(Array.from(removed, (neuron) => own[neuron] as number)));
  const left = { ...model, graph };
  return maxout.layer.type === MAXOUT && maxout.neurons - (perUnit[0] ?? 0) === 1
    ? fold(left, maxout.layer.name)
    : left;
}

/** The maximum of one value is that value: takes the layer out. */
function fold(model: Model, name: string): Model {
  const maxout = findMaxouts(model).find(({ layer }) => layer.name === name);
  if (maxout === undefined) throw new Error(`layer "${name}" is no maxout`);
  const from = output(maxout.maximum);
  const renamed = (value: string): string => (value === from ? maxout.input : value);
  const nodes = model.graph.nodes
    .filter((node) => node !== maxout.reshape && node !== maxout.maximum)
    .map((node) => ({ ...node, inputs: node.inputs.map(renamed) }));
  const outputs = model.graph.outputs.map((value) => ({ ...value, name: renamed(value.name) }));
  const layers = model.layers
    .filter((layer) => layer.name !== name)
    .map((layer) => ({ ...layer, inputs: layer.inputs.map(renamed) }));
  return { ...model, graph: { ...model.graph, nodes, outputs }, layers };
}
