// What the views can do.
import type { FromPanel } from '../src/protocol/panel';
import type { RecipeFile } from '../src/protocol/recipe-file';
import type { ViewState } from './state';

export interface Actions {
  send(message: FromPanel): void;
  /** Looks at something else. */
  look(change: Partial<ViewState>): void;
  /** Changes the plan; a prediction follows. */
  plan(change: (recipe: RecipeFile) => RecipeFile): void;
  /** Asks for relevance by a measure. */
  measure(measure: string): void;
}
