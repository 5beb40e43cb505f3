// Pruned weights left out of the file at the end: the model is the same, what is tested is what was stored.
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { sparselyStored } from '../../model/sparse';
import { sparseWeights } from '../../pruning/sparsify';
import type { Recipe } from '../recipe';
import type { Stage } from '../stage';

/** Throws UserError where the model's format has no way to say it. */
export function sparseStages({ weights, quantize }: Recipe, original: Model): Stage[] {
  if (!weights?.sparse) return [];
  const { format, sparse } = original.container;
  if (!sparse) {
    throw new UserError(
      `${format === 'tfjs' ? 'A TensorFlow.js model' : `A .${format} file`} has no place for sparse weights: no reader of the format would take them. Leave sparse out: gzip makes as little of zeros.`,
    );
  }
  if (quantize !== undefined) {
    throw new UserError(`Weights as ${quantize} are stored whole: choose between sparse and quantize.`);
  }
  return [
    {
      kind: 'sparse',
      title: 'zeros left out of the file',
      epochs: 0,
      async apply(model) {
        return { model: await sparseModel(model), cuts: [], relevance: [], changed: true };
      },
    },
  ];
}

export async function sparseModel(model: Model): Promise<Model> {
  const weights = new Map(model.graph.weights);
  for (const name of sparseWeights(model.graph)) {
    const weight = weights.get(name);
    if (weight !== undefined) weights.set(name, await sparselyStored(weight));
  }
  return { ...model, graph: { ...model.graph, weights } };
}
