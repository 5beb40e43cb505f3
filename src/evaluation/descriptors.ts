// The descriptor of a picture: what the last hidden layer makes of it, which the layer of classes reads.
import type { Split } from '../data/dataset';
import { type Engine, outputOf } from '../engines/engine';
import { UserError } from '../errors';
import type { Graph, Node } from '../model/graph';
import { needed } from '../model/needed';
import type { Values } from '../model/values';
import { NodeEmitter } from '../ops/emitter';
import { operatorFor } from '../ops/index';
import { runOver } from './run-over';

export interface Descriptors {
  readonly width: number;
  /** Sample after sample. */
  readonly values: Float32Array;
}

const DESCRIPTOR = 'evaluation/descriptor';

export async function describe(engine: Engine, graph: Graph, values: Values, samples: Split): Promise<Descriptors> {
  const emitter = new NodeEmitter('evaluation');
  emitter.op('Reshape', [descriptorOf(graph), emitter.ints([0, -1])], {}, DESCRIPTOR);
  const extended = needed(emitter.extend(graph, [{ name: DESCRIPTOR, type: 'float32', shape: ['batch', 'width'] }]));
  let width = 0;
  let result = new Float32Array();
  await runOver(engine, extended, values, samples, (outputs, done, of, batch) => {
    const { data, shape } = outputOf(outputs, DESCRIPTOR);
    if (result.length === 0) {
      width = shape[1] ?? 0;
      result = new Float32Array(of * width);
    }
    result.set((data as Float32Array).subarray(0, batch * width), (done - batch) * width);
  });
  return { width, values: result };
}

/** What the last layer with weights reads. */
export function descriptorOf(graph: Graph): string {
  const last = needed(graph).nodes.findLast((node) => readsWeight(graph, node));
  const value = last?.inputs[0];
  if (value !== undefined && !graph.inputs.some(({ name }) => name === value)) return value;
  throw new UserError('The model has no hidden layer whose outputs could describe a picture.');
}

/** Whether a node multiplies by a weight, as it is stored or transposed. */
function readsWeight(graph: Graph, node: Node): boolean {
  if (operatorFor(node)?.contracts === undefined) return false;
  const [, weight = ''] = node.inputs;
  const source = graph.nodes.find(({ outputs }) => outputs.includes(weight));
  return graph.weights.has(weight) || graph.weights.has(source?.inputs[0] ?? '');
}
