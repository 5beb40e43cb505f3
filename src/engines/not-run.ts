// What is said of a model with an operator that no engine can run.
import { UserError } from '../errors';
import type { Graph, Node } from '../model/graph';
import { isOpaque } from '../ops/opaque';

/** Layers of Keras that learn nothing by gradient: they make numbers of texts and categories. */
const PREPARES: ReadonlySet<string> = new Set([
  ...['StringLookup', 'IntegerLookup', 'TextVectorization', 'CategoryEncoding', 'Hashing', 'HashedCrossing'],
  ...['Discretization', 'MelSpectrogram', 'STFTSpectrogram'],
]);

/** @param why the engine's own words, where it has some. */
export function notRun({ type, layer }: Node, why?: string): UserError {
  const where = layer === '' ? type : `${type} (layer "${layer}")`;
  const apart = PREPARES.has(type)
    ? ' It prepares the data: save the numbers that it makes as the data, and the model that begins behind it, to have that measured and trained.'
    : '';
  return new UserError(
    `No engine can run ${where}${why === undefined ? '' : `: ${why}`}.${apart} The model can't be measured, tested or retrained; it can be cut by its weights alone, without data: --ratio 0.5 --measure l1 --no-retrain.`,
  );
}

/** Throws UserError where a layer is one that no engine can run: said before the data are, which such a model may want oddly. */
export function checkRuns({ nodes }: Graph): void {
  const opaque = nodes.find(isOpaque);
  if (opaque !== undefined) throw notRun(opaque);
}
