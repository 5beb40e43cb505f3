// Runs the plan of a model: as a session, or as one cut where it is pruned without data.
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { settleData } from '../data-choice';
import type { OpenModel } from '../open-model';
import type { Services } from '../services';
import { resultFolder } from '../sessions';
import { mayRun } from '../trust';
import { compareWith } from './result';

export async function runPlan(services: Services, model: OpenModel): Promise<void> {
  if (!(await mayRun()) || !(await settleData(services, model))) return;
  if (model.withoutData) await cutByWeights(services, model);
  else await services.sessions.start(model.recipe, model.path);
}

/** Seconds of work, after which the two models stand side by side: their sizes, since nothing was tested. */
async function cutByWeights(services: Services, model: OpenModel): Promise<void> {
  const { path, recipe, title } = model;
  const { out } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Cutting ${title} by its weights` },
    () => services.inquiries.cut({ recipe, folder: dirname(path), out: resultFolder(path) }),
  );
  await compareWith(services, model, out);
}
