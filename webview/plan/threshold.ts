// The plan as a threshold on a layer's ranked channels.
import type { RecipeFile } from '../../src/protocol/recipe-file';
import { belowOf, shareFor } from './below';
import { pruneOf, withPrune } from './settings';

/** Channels of a layer that the plan's share puts below the threshold. */
export function belowThreshold(recipe: RecipeFile, layer: string, channels: number): number {
  const { ratio, ratios } = pruneOf(recipe);
  return belowOf(ratios[layer] ?? ratio, channels);
}

export function withBelow(recipe: RecipeFile, layer: string, below: number, channels: number): RecipeFile {
  return withRatio(recipe, layer, shareFor(below, channels));
}

/** With another share for one layer. */
export function withRatio(recipe: RecipeFile, layer: string, ratio: number): RecipeFile {
  return withPrune(recipe, { ratios: { ...recipe.prune?.ratios, [layer]: ratio } });
}
