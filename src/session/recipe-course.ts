// The rule and the course that a recipe comes to.
import { UserError } from '../errors';
import type { Model } from '../model/model';
import { type Course, fixedCourse } from './course';
import type { Recipe } from './recipe';
import { searchCourse, searchRule } from './search';
import { stagesOf } from './stages/index';
import { parseUntil, type Until } from './until';

export function ruleOf({ until, prune }: Recipe): Until | undefined {
  if (prune.method === 'search') return searchRule(until);
  return until === undefined ? undefined : parseUntil(until);
}

/** Throws UserError where the recipe asks for what can't be. */
export function courseOf(recipe: Recipe, original: Model, until: Until | undefined): Course {
  if (recipe.prune.method !== 'search') return fixedCourse(stagesOf(recipe, original), until);
  if (until === undefined || until.rule === 'size') {
    throw new UserError(
      'A search wants a rule about the score: until significant, or accuracy>=99%. For a size take the method target.',
    );
  }
  if (recipe.weights !== undefined) {
    throw new UserError(
      "A search cuts neurons alone: leave weights out, and prune the result's weights in another session.",
    );
  }
  return searchCourse(recipe, original, until);
}
