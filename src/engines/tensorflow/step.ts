// A training step on TensorFlow.js: forward and loss as they are, gradients by its automatic differentiation, then the
// optimizer's nodes, the same that other engines run.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../../model/graph';
import type { Tensor } from '../../model/tensor';
import type { DifferentiatedGraph, Feeds, Program } from '../engine';
import { withBackend } from './backend';
import { evaluateNodes, type TfValues } from './evaluate';
import { toTf } from './interchange';
import { hold, readOutputs } from './program';
import type { Runtime } from './runtime';

export class TensorflowStep implements Program {
  readonly #constants: ReadonlyMap<string, TfTensor>;
  /** What forward and loss make and the rest of the step reads. */
  readonly #needed: ReadonlySet<string>;

  constructor(
    private readonly runtime: Runtime,
    private readonly step: DifferentiatedGraph,
  ) {
    const { graph, seeds } = step;
    this.#constants = hold(runtime, graph.constants);
    this.#needed = new Set([
      ...seeds.values(),
      ...graph.nodes.flatMap(({ inputs }) => inputs),
      ...graph.outputs.map(({ name }) => name),
    ]);
  }

  async run(feeds: Feeds, into: Feeds = {}): Promise<Record<string, Tensor>> {
    const { runtime, step } = this;
    const { tf } = runtime;
    const { graph, gradients } = step;
    const results: Record<string, Tensor> = {};
    const kept: TfTensor[] = [];
    try {
      withBackend(runtime, () => {
        const values: TfValues = new Map(this.#constants);
        for (const [name, tensor] of Object.entries(feeds)) values.set(name, toTf(tf, tensor));
        const wanted = [...gradients.keys()].map((name) => tensorOf(values, name));
        const found = tf.engine().gradients(() => this.#loss(values, kept), wanted, undefined, true);
        [...gradients.values()].forEach((name, i) => {
          // Where nothing flows back (a layer that the loss does not see) the gradient is zero.
          values.set(name, found.grads[i] ?? tf.zerosLike(wanted[i] as TfTensor));
        });
        evaluateNodes(tf, graph.nodes, values, { constants: graph.constants });
        readOutputs(graph, values, into, results);
      });
    } finally {
      for (const tensor of kept) tensor.dispose();
    }
    return results;
  }

  /** Runs forward and loss; returns a scalar whose gradients are those that the loss's own nodes give. */
  #loss(values: TfValues, kept: TfTensor[]): TfTensor {
    const { runtime, step } = this;
    const { tf } = runtime;
    // The scopes that forward and loss run in end before the rest of the step reads what they made.
    const run = (nodes: readonly Node[]): void => {
      evaluateNodes(tf, nodes, values, { constants: step.graph.constants });
      for (const name of nodes.flatMap(({ outputs }) => outputs)) {
        const tensor = values.get(name);
        if (tensor && this.#needed.has(name)) kept.push(tf.keep(tensor));
      }
    };
    run(step.forward);
    const seeded = [...step.seeds.keys()].map((name) => tensorOf(values, name));
    const seed = tf.customGrad(() => {
      run(step.loss);
      const seeds = [...step.seeds.values()].map((name) => tensorOf(values, name));
      return { value: tf.scalar(0), gradFunc: () => seeds };
    });
    return seed(...seeded);
  }

  async dispose(): Promise<void> {
    for (const tensor of this.#constants.values()) tensor.dispose();
  }
}

function tensorOf(values: TfValues, name: string): TfTensor {
  const tensor = values.get(name);
  if (tensor === undefined) throw new Error(`no value "${name}"`);
  return tensor;
}
