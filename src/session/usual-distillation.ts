// Whether a network that is retrained learns from the original too, where nobody says so: a search does, since it cuts more
// than labels alone would mend.
import type { RecipeFile } from '../protocol/recipe-file';

type Asked = NonNullable<NonNullable<RecipeFile['retrain']>['distillation']>;

/** What is asked for, or is usual; undefined where the network learns from the labels alone: a weight of 0 says so too. */
export function distillationOf({ prune, retrain }: Pick<RecipeFile, 'prune' | 'retrain'>): Asked | undefined {
  const asked = retrain?.distillation ?? (prune?.method === 'search' ? {} : undefined);
  return asked?.weight === 0 ? undefined : asked;
}
