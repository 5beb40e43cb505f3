// The plan of a model that is pruned without data: by a measure of its weights, in one cut, nothing retrained or tested.
import type { MeasureChoice, RecipeFile } from '../protocol/session';

/** A plan made for data, with what takes data left out. */
export function planWithoutData(
  { data: _, metric: __, until: ___, retrain: ____, prune = {}, weights, ...recipe }: RecipeFile,
  measures: readonly MeasureChoice[],
): RecipeFile {
  const { k: _____, measure, ...rest } = prune;
  const needs = measures.find(({ name }) => name === measure)?.needs;
  const method = prune.method === 'global' || prune.method === 'target' ? prune.method : 'ratio';
  const reads = needs === 'activations' || needs === 'gradients';
  return {
    ...recipe,
    // Between cuts nothing would be retrained, so that several are one.
    prune: { ...rest, method, ...(measure !== undefined && !reads && { measure }), iterations: 1 },
    retrain: { epochs: 0 },
    ...(weights && { weights: { ...weights, iterations: 1 } }),
  };
}
