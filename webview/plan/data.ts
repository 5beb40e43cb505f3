// The data of a plan. A recipe is there before its data is chosen: its source is empty until then.
import type { DataChoice, RecipeFile } from '../../src/protocol/recipe-file';

export function dataOf(recipe: RecipeFile | undefined): DataChoice | undefined {
  return recipe === undefined || recipe.data.source === '' ? undefined : recipe.data;
}
