// Weight pruning after the neurons: the smallest weights become zero.
import { loadValues, withValues } from '../../model/values';
import { sparsify } from '../../pruning/sparsify';
import type { Recipe } from '../recipe';
import type { Stage } from '../stage';

export function weightStages({ weights }: Recipe): Stage[] {
  if (weights === undefined) return [];
  return Array.from({ length: weights.iterations }, (_, i): Stage => {
    const keep = weights.keep ** ((i + 1) / weights.iterations);
    return {
      kind: 'weights',
      title: `${Math.round(keep * 1000) / 10} % of the weights`,
      async apply(model) {
        const values = await loadValues(model.graph);
        const sparse = sparsify(model.graph, values, keep);
        return {
          model: { ...model, graph: withValues(model.graph, sparse.values, values) },
          cuts: [],
          relevance: [],
          changed: true,
        };
      },
    };
  });
}
