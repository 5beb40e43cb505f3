// The data of a plan. A recipe is there before its data is chosen: its source is empty until then, and it has none where a
// person chose to prune without.
import type { DataChoice, RecipeFile } from '../../src/protocol/recipe-file';

export function dataOf(recipe: RecipeFile | undefined): DataChoice | undefined {
  return recipe?.data?.source === '' ? undefined : recipe?.data;
}

/** Whether the model is cut by its weights alone, and nothing retrained or tested. */
export function isWithoutData(recipe: RecipeFile | undefined): boolean {
  return recipe !== undefined && recipe.data === undefined;
}
