// Prune Model: model, data, then the panel with a plan that is ready to run.
import { settleData } from '../data-choice';
import { showPanel } from '../panel';
import type { Services } from '../services';
import { mayRun } from '../trust';
import { modelOf, type Target } from './target';

/** @param layer to prune alone, as the CodeLens over a layer asks. */
export async function prune(services: Services, target: Target, layer?: string): Promise<void> {
  const model = await modelOf(services, target);
  if (model === undefined) return;
  // What is wrong with the model is said before anything is asked.
  await model.inspection();
  if (!(await mayRun())) return;
  if (!(await settleData(services, model))) return;
  await model.planDefaults();
  if (layer !== undefined) await model.plan({ ...model.recipe, prune: { ...model.recipe.prune, layers: [layer] } });
  services.active.show(model);
  showPanel(services, model, 'plan', layer);
}
