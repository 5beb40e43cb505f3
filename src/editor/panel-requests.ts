// Does what a person asks for in the panel.
import * as vscode from 'vscode';
import { UserError } from '../errors';
import type { Tab } from '../protocol/panel';
import { iterationModel } from '../session/journal';
import { revealLayer } from './commands/inspect';
import { saveRecipe } from './commands/recipe';
import { exportReport, saveDiagram } from './commands/result';
import { runPlan } from './commands/run';
import { resumeSession } from './commands/session';
import { pickModel } from './commands/target';
import { chooseData, dataFor } from './data-choice';
import { modelAt } from './model-files';
import type { OpenModel } from './open-model';
import { type PanelRequest, showPanel } from './panel';
import type { PanelConversation } from './panel-conversation';
import type { Services } from './services';
import { mayRun } from './trust';

/** The view in which a request's problem is said. */
const ABOUT: Readonly<Record<PanelRequest['type'], Tab>> = {
  recipe: 'plan',
  include: 'plan',
  chooseModel: 'relevance',
  chooseData: 'plan',
  trust: 'plan',
  measure: 'relevance',
  measureAll: 'relevance',
  channelWeights: 'relevance',
  saveRecipe: 'plan',
  run: 'run',
  resume: 'run',
  stop: 'run',
  reveal: 'relevance',
  compareWith: 'result',
  measureSpeed: 'result',
  openResult: 'result',
  openIteration: 'run',
  revealResult: 'result',
  exportReport: 'result',
  exportDiagram: 'result',
};

export async function answerPanel(
  services: Services,
  model: OpenModel,
  conversation: PanelConversation,
  request: PanelRequest,
): Promise<void> {
  try {
    await answer(services, model, conversation, request);
  } catch (error) {
    conversation.problem(ABOUT[request.type], error);
  }
}

async function answer(
  services: Services,
  model: OpenModel,
  conversation: PanelConversation,
  request: PanelRequest,
): Promise<void> {
  switch (request.type) {
    case 'recipe':
      conversation.recipeFromPage(request.recipe);
      return model.plan(request.recipe);
    case 'include':
      return model.include(new Map([[request.layer, request.included]]));
    case 'chooseModel': {
      const chosen = await pickModel(services, 'The model to prune');
      if (chosen) showPanel(services, chosen, 'relevance');
      return;
    }
    case 'chooseData':
      return chooseData(services, model);
    case 'trust':
      await vscode.commands.executeCommand('workbench.trust.manage');
      return;
    case 'measure':
      return measure(services, model, conversation, request.measure, request.k);
    case 'measureAll': {
      const known = new Set(model.measurements.map(({ measure }) => measure));
      const left: string[] = [];
      for (const { name } of await services.inquiries.measures()) {
        if (known.has(name)) continue;
        try {
          await measure(services, model, conversation, name, request.k);
        } catch (error) {
          // Not every measure suits every model: the others are compared, and this one is named.
          if (!(error instanceof UserError)) throw error;
          left.push(error.message);
        }
      }
      if (left.length > 0) throw new UserError(`Left out of the comparison: ${left.join(' ')}`);
      return;
    }
    case 'channelWeights': {
      const { layer } = request;
      const weights = await services.inquiries.channelWeights({ model: model.path, layer });
      return conversation.tell({ type: 'channelWeights', layer, weights });
    }
    case 'saveRecipe':
      return saveRecipe(model);
    case 'run':
      return runPlan(services, model);
    case 'resume': {
      const session = await conversation.session();
      if (session) await resumeSession(services, session);
      return;
    }
    case 'stop': {
      const session = await conversation.session();
      if (session) await services.sessions.stop(session);
      return;
    }
    case 'reveal':
      return reveal(services, model, request.layer);
    case 'compareWith': {
      const other = await pickModel(services, `Compare ${model.title} with`);
      if (other) return conversation.compare(other.path);
      return conversation.tell({ type: 'notComparing' });
    }
    case 'measureSpeed':
      return measureSpeed(services, model, conversation);
    case 'openResult':
      await vscode.commands.executeCommand(
        'vscode.open',
        vscode.Uri.file(await comparedFile(model)),
        vscode.ViewColumn.Beside,
      );
      return;
    case 'openIteration':
      return openIteration(conversation, request.index);
    case 'revealResult':
      await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(await comparedFile(model)));
      return;
    case 'exportReport':
      return reportOf(services, conversation);
    case 'exportDiagram':
      return saveDiagram(model, request.format, request.content);
  }
}

async function measure(
  services: Services,
  model: OpenModel,
  conversation: PanelConversation,
  name: string,
  k: number,
): Promise<void> {
  if (!(await mayRun())) throw new UserError('The workspace must be trusted before a model is run.');
  const choice = (await services.inquiries.measures()).find((candidate) => candidate.name === name);
  const needsData = choice?.needs === 'activations' || choice?.needs === 'gradients';
  const data = needsData ? await dataFor(services, model) : undefined;
  if (needsData && data === undefined) throw new UserError('No data was chosen, so nothing was measured.');
  const relevance = await services.inquiries.relevance(
    {
      model: model.path,
      ...(data && { data }),
      measure: name,
      k,
      seed: model.recipe.seed ?? 1,
      threads: model.recipe.threads ?? 0,
    },
    (progress) => conversation.tell({ type: 'measuring', measure: name, progress }),
  );
  model.measured(relevance);
}

async function measureSpeed(services: Services, model: OpenModel, conversation: PanelConversation): Promise<void> {
  const { comparison, data } = model;
  if (comparison === undefined) throw new UserError('There is no result yet: run the plan, or compare with a model.');
  if (!(await mayRun())) throw new UserError('The workspace must be trusted before a model is run.');
  const speed = await services.inquiries.speed(
    {
      before: comparison.before.path,
      after: comparison.after.path,
      ...(data && { data }),
      seed: model.recipe.seed ?? 1,
      threads: model.recipe.threads ?? 0,
    },
    (progress) => conversation.tell({ type: 'measuringSpeed', progress }),
  );
  conversation.tell({ type: 'speed', speed });
}

/** The layer in the model's own file, where that is text. */
async function reveal(services: Services, model: OpenModel, layer: string): Promise<void> {
  const uri = vscode.Uri.file(model.path);
  if (model.path.endsWith('.json')) await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside });
  else await vscode.commands.executeCommand('vscode.open', uri, vscode.ViewColumn.Beside);
  return revealLayer(services, model, layer);
}

/** The file of the model that this one is compared with. */
async function comparedFile({ comparison }: OpenModel): Promise<string> {
  if (comparison === undefined) throw new UserError('There is no result yet: run the plan, or compare with a model.');
  return modelFileIn(comparison.after.path);
}

/** A model's own file, of the folder that it is in. */
async function modelFileIn(path: string): Promise<string> {
  const file = await modelAt(path);
  if (file === undefined) throw new UserError(`${path} is gone: it was moved or deleted.`);
  return file;
}

/** In the editor for its kind of file; the original is the model itself. */
async function openIteration(conversation: PanelConversation, index: number): Promise<void> {
  const session = await conversation.session();
  if (session === undefined) throw new UserError('There is no session of this model any more.');
  const path = index === 0 ? session.model : iterationModel(session.folder, index);
  await vscode.commands.executeCommand(
    'vscode.open',
    vscode.Uri.file(await modelFileIn(path)),
    vscode.ViewColumn.Beside,
  );
}

async function reportOf(services: Services, conversation: PanelConversation): Promise<void> {
  const session = await conversation.session();
  if (session?.status !== 'finished') {
    throw new UserError('A report belongs to a session that has finished: run the plan first.');
  }
  return exportReport(services, session);
}
