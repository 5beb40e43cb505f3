// Runs nodes by their operators' own evaluation.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../../model/graph';
import type { Tensor } from '../../model/tensor';
import { operatorFor } from '../../ops/index';
import type { TensorFlow } from './runtime';

/** Values by name, while a graph runs. */
export type TfValues = Map<string, TfTensor>;

export interface EvaluateOptions {
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Values that no later node reads are freed, all but these. Without it everything is kept. */
  readonly keep?: ReadonlySet<string>;
}

/** Runs nodes in order on `values`, and adds to it what they make. */
export function evaluateNodes(
  tf: TensorFlow,
  nodes: readonly Node[],
  values: TfValues,
  { constants, keep }: EvaluateOptions,
): void {
  const last = keep ? lastReaders(nodes) : undefined;
  const constant = (name: string): Tensor | undefined => constants.get(name);
  for (const node of nodes) {
    const evaluate = operatorFor(node)?.evaluate;
    if (evaluate === undefined) throw new NotEvaluated(node);
    // An input left out is undefined, as operators expect it.
    const inputs = node.inputs.map((name) => values.get(name)) as TfTensor[];
    const compute = (): TfTensor[] => [evaluate(node, inputs, { tf, constant })].flat();
    // What an operator computes on the way is freed with it, unless gradients are wanted, which may need it.
    const results = keep ? tf.tidy(compute) : compute();
    node.outputs.forEach((name, i) => {
      const result = results[i];
      if (name === '' || result === undefined) return;
      // A tensor has one name, so that it can be freed with it.
      values.set(name, inputs.includes(result) ? tf.clone(result) : result);
    });
    if (last === undefined) continue;
    for (const name of [...node.inputs, ...node.outputs]) {
      if (keep?.has(name) || (last.get(name) ?? node) !== node) continue;
      values.get(name)?.dispose();
      values.delete(name);
    }
  }
}

/** The last node that reads each value. */
function lastReaders(nodes: readonly Node[]): Map<string, Node> {
  return new Map(nodes.flatMap((node) => node.inputs.map((name): [string, Node] => [name, node])));
}

/** The operator has no evaluation by TensorFlow.js. */
export class NotEvaluated extends Error {
  override readonly name = 'NotEvaluated';
  constructor({ type, layer }: Node) {
    super(`the TensorFlow engine cannot run ${type} (layer "${layer}")`);
  }
}
