// The plan of a model that is pruned without data: by a measure of its weights, in one cut, nothing retrained or tested.
import type { MeasureChoice, RecipeFile } from '../protocol/session';

const FALLBACK = 'l1';

/** A plan made for data, with what takes data left out. */
export function planWithoutData(
  { data: _, metric: __, until: ___, retrain: ____, prune = {}, weights, ...recipe }: RecipeFile,
  measures: readonly MeasureChoice[],
): RecipeFile {
  const needs = measures.find(({ name }) => name === prune.measure)?.needs;
  const method = prune.method === 'global' || prune.method === 'target' ? prune.method : 'ratio';
  const measure =
    prune.measure !== undefined && (needs === 'weights' || needs === 'nothing') ? prune.measure : FALLBACK;
  return {
    ...recipe,
    // Between cuts nothing would be retrained, so that several are one.
    prune: { ...prune, method, measure, iterations: 1 },
    retrain: { epochs: 0 },
    ...(weights && { weights: { ...weights, iterations: 1 } }),
  };
}
