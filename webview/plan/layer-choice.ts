// Which layers a plan takes.
import { withWholes } from '../../src/protocol/layer-parts';
import type { RecipeFile } from '../../src/protocol/recipe-file';
import type { Prediction } from '../../src/protocol/session';

/** Those it names and does not protect; where it names none, those that get narrower by it, or that a search may cut. */
export function includedLayers({ prune }: RecipeFile, prediction: Prediction | undefined): ReadonlySet<string> {
  const protect = prune?.protect ?? [];
  const wholes = (names: readonly string[]): ReadonlySet<string> =>
    withWholes(
      names,
      prediction?.layers.map(({ name, before }) => ({ name, ...(before.parts && { parts: before.parts }) })) ?? [],
    );
  if (prune?.layers !== undefined) return wholes(prune.layers.filter((name) => !protect.includes(name)));
  if (prediction?.open) return wholes(prediction.open);
  const narrower = prediction?.layers.filter(
    ({ before, after }) => after !== undefined && (after.channels ?? 0) < (before.channels ?? 0),
  );
  return new Set(narrower?.map(({ name }) => name));
}
