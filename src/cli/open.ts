// Opens a model for a command and says what a person should know about it.
import { openModel } from '../formats/open';
import type { Model } from '../model/model';
import { nonFiniteWeights } from '../model/values';
import type { Output } from './output';

export async function openWithWarnings(path: string, output: Output): Promise<{ model: Model; warnings: string[] }> {
  const model = await openModel(path);
  const warnings = [...model.warnings, ...(await nonFiniteWeights(model.graph))];
  for (const warning of warnings) output.note(`Warning: ${warning}.`);
  return { model, warnings };
}
