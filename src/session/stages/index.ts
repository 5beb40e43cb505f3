// The stages a recipe comes to for a model, in order.
import type { Model } from '../../model/model';
import type { Recipe } from '../recipe';
import type { Stage } from '../stage';
import { choosingStages } from './choosing';
import { maxoutStages } from './maxout';
import { originalStage } from './original';
import { quantizeStages } from './quantize';
import { sparseStages } from './sparse';
import { weightStages } from './weights';

/** The stages of a session on the model as it was given. Throws UserError where the recipe asks for what can't be. */
export function stagesOf(recipe: Recipe, original: Model): Stage[] {
  const neurons = recipe.prune.method === 'maxout' ? maxoutStages(recipe, original) : choosingStages(recipe, original);
  return [
    originalStage,
    ...neurons,
    ...weightStages(recipe),
    ...quantizeStages(recipe, original),
    ...sparseStages(recipe, original),
  ];
}
