// What is said of a model with an operator that no engine can run.
import { UserError } from '../errors';
import type { Node } from '../model/graph';

/** @param why the engine's own words, where it has some. */
export function notRun({ type, layer }: Node, why?: string): UserError {
  const where = layer === '' ? type : `${type} (layer "${layer}")`;
  return new UserError(
    `No engine can run ${where}${why === undefined ? '' : `: ${why}`}. The model can't be measured, tested or retrained; it can be cut by its weights alone, without data: --ratio 0.5 --measure l1 --no-retrain.`,
  );
}
