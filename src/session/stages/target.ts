// A size to reach: as many of the least relevant channels as it takes.
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { type Cost, costOf } from '../../ops/cost';
import { checkReach, planTarget } from '../../pruning/plan-target';
import { measureOf } from '../../pruning/relevance/index';
import type { Prune } from '../recipe';
import { candidatesFor } from './candidates';
import type { Method } from './method';

export function targetMethod(prune: Prune, original: Model): Method {
  const { measure, target, isomorphic } = prune;
  const [entry] = Object.entries(target ?? {}) as [keyof Cost, number][];
  if (entry === undefined) throw new UserError('The method target wants a target, for instance { "parameters": 0.5 }.');
  const [figure, wanted] = entry;
  const before = costOf(original)[figure];
  const limit = wanted <= 1 ? wanted * before : wanted;
  if (limit >= before) {
    throw new UserError(
      `The model has ${before.toLocaleString('en')} ${figure}, which the target of ${limit.toLocaleString('en')} allows: there is nothing to cut.`,
    );
  }
  // Before a training is spent on the way there.
  checkReach(original, candidatesFor(prune, original, undefined), figure, limit);
  // What a channel is worth to the loss is weighed against what it saves: else narrow layers go whole that save nothing.
  const perCost = measureOf(measure).needs === 'gradients';
  const limitAt = (share: number): number => before - share * (before - limit);
  return {
    title: (share) => `${Math.round((100 * limitAt(share)) / before)} % of the ${figure} by ${measure}`,
    plan: (model, candidates, share) =>
      planTarget(model, candidates, { figure, limit: limitAt(share) }, { isomorphic, perCost, sparing: perCost }),
  };
}
