// A graph that runs on TensorFlow.js: weights and constants stay in its memory, everything else is freed after a run.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Graph } from '../../model/graph';
import type { Tensor } from '../../model/tensor';
import type { Feeds, Program } from '../engine';
import { withBackend } from './backend';
import { evaluateNodes, type TfValues } from './evaluate';
import { fromTf, toTf } from './interchange';
import type { Runtime } from './runtime';

export class TensorflowProgram implements Program {
  readonly #held: ReadonlyMap<string, TfTensor>;
  readonly #kept: ReadonlySet<string>;

  constructor(
    private readonly runtime: Runtime,
    private readonly graph: Graph,
    values: ReadonlyMap<string, Tensor>,
  ) {
    this.#held = hold(runtime, [...graph.constants, ...values]);
    this.#kept = new Set([...this.#held.keys(), ...graph.outputs.map(({ name }) => name)]);
  }

  async run(feeds: Feeds, into: Feeds = {}): Promise<Record<string, Tensor>> {
    const { runtime, graph } = this;
    const { tf } = runtime;
    const results: Record<string, Tensor> = {};
    withBackend(runtime, () => {
      const values: TfValues = new Map(this.#held);
      for (const [name, tensor] of Object.entries(feeds)) values.set(name, toTf(tf, tensor));
      evaluateNodes(tf, graph.nodes, values, { constants: graph.constants, keep: this.#kept });
      readOutputs(graph, values, into, results);
    });
    return results;
  }

  async dispose(): Promise<void> {
    for (const tensor of this.#held.values()) tensor.dispose();
  }
}

/** Tensors that outlive a run. */
export function hold(runtime: Runtime, tensors: Iterable<readonly [string, Tensor]>): Map<string, TfTensor> {
  const { tf } = runtime;
  const keep = (tensor: Tensor): TfTensor => tf.keep(toTf(tf, tensor));
  return withBackend(runtime, () => new Map(Array.from(tensors, ([name, tensor]) => [name, keep(tensor)])));
}

export function readOutputs(graph: Graph, values: TfValues, into: Feeds, results: Record<string, Tensor>): void {
  for (const { name, type } of graph.outputs) {
    const tensor = values.get(name);
    if (tensor === undefined) throw new Error(`nothing makes the output "${name}"`);
    results[name] = fromTf(tensor, type, into[name]);
  }
}
