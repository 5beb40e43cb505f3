// What a recipe lets a plan choose from, and how it ranks.
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { type Candidates, candidatesOf, type PlanLimits } from '../../pruning/candidates';
import { prunableLayers } from '../../pruning/plan';
import { measureOf } from '../../pruning/relevance/index';
import type { Ranking } from '../../pruning/relevance/reduction';
import type { LayerRelevance } from '../../pruning/relevance/score';
import type { Prune } from '../recipe';

/**
 * @param relevance what was measured; undefined: all channels count alike.
 * Throws UserError where the recipe names layers that were not measured.
 */
export function candidatesFor(
  prune: Prune,
  model: Model,
  relevance: readonly LayerRelevance[] | undefined,
): Candidates {
  const candidates = candidatesOf(model, relevance, rankingOf(prune), limitsOf(prune));
  const chosen = new Set(candidates.choices.flatMap(({ neurons }) => [...neurons.keys()]));
  for (const { name } of prune.layers ? prunableLayers(model, prune.layers, prune.approximate) : []) {
    if (!chosen.has(name) && relevance !== undefined) {
      throw new UserError(
        `The measure "${prune.measure}" can't score layer "${name}". Choose another one, or leave the layer out.`,
      );
    }
  }
  return candidates;
}

/** The layers that may be cut, and those coupled with them: the scores of both count. */
export function measuredLayers(prune: Prune, model: Model): string[] {
  const { choices } = candidatesFor(prune, model, undefined);
  return [...new Set(choices.flatMap(({ neurons }) => [...neurons.keys()]))];
}

function rankingOf({ measure, reduction, normalization }: Prune): Ranking {
  return { reduction, normalization: normalization ?? measureOf(measure).normalization };
}

function limitsOf({ layers, protect, minimumWidth, multiple, approximate }: Prune): PlanLimits {
  return { ...(layers && { layers }), protect, minimumWidth, multiple, approximate };
}
