// A share of the whole model's channels: the least relevant of all.
import type { Model } from '../../model/model';
import { channelCount } from '../../pruning/candidates';
import { planGlobal } from '../../pruning/plan-global';
import { shareOf } from '../../pruning/share';
import type { Prune } from '../recipe';
import { candidatesFor } from './candidates';
import type { Method } from './method';

export function globalMethod(prune: Prune, original: Model): Method {
  const { measure, ratio, isomorphic } = prune;
  const total = channelCount(candidatesFor(prune, original, undefined));
  return {
    title: (share) => `${Math.round(100 * share * ratio)} % of all channels by ${measure}`,
    plan(_, candidates, share) {
      const left = total - shareOf(total, share * ratio);
      return planGlobal(candidates, Math.max(0, channelCount(candidates) - left), { isomorphic });
    },
  };
}
