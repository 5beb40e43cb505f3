// The commands, by name.
import * as vscode from 'vscode';
import type { OpenModel } from '../open-model';
import { report } from '../report-error';
import type { Services } from '../services';
import type { LayerItem } from '../trees/layers';
import { type IterationItem, isSessionItem, type SessionItem } from '../trees/session-item';
import { createExample } from './example';
import { inspectRelevance, openArchitecture, revealLayer, showLayers, showRunningSession } from './inspect';
import { prune } from './prune';
import { newRecipe } from './recipe';
import { compareModels, exportDiagram, exportReport, openResult, revealResult } from './result';
import { branchSession, deleteSession, openSession, resumeSession, stopSession } from './session';
import type { Target } from './target';

type Run = (...args: never[]) => Promise<void> | void;

function table(services: Services): Record<string, Run> {
  return {
    prune: (target?: Target, layer?: unknown) => prune(services, targetOf(target), nameOf(layer)),
    inspectRelevance: (target?: Target, layer?: unknown) => inspectRelevance(services, targetOf(target), nameOf(layer)),
    openArchitecture: (target?: Target, layer?: unknown) => openArchitecture(services, targetOf(target), nameOf(layer)),
    compare: (target?: Target, targets?: readonly vscode.Uri[]) =>
      compareModels(services, targets && targets.length > 1 ? targets : target instanceof vscode.Uri ? [target] : []),
    newRecipe: (target?: Target) => newRecipe(services, targetOf(target)),
    exportDiagram: (target?: Target) => exportDiagram(services, targetOf(target)),
    createExample: () => createExample(services),
    refreshModels: () => services.files.refresh(),
    showLayers: (target: Target) => showLayers(services, targetOf(target)),
    revealLayer: ({ model, layer }: LayerItem) => revealLayer(services, model, layer.name),
    showRunning: () => showRunningSession(services),
    resumeSession: (item?: SessionItem) => resumeSession(services, sessionOf(item)),
    stopSession: (item?: SessionItem) => stopSession(services, sessionOf(item)),
    exportReport: (item?: SessionItem) => exportReport(services, sessionOf(item)),
    openSession: (item?: SessionItem) => openSession(services, sessionOf(item)),
    compareSession: (item?: SessionItem) => openResult(services, sessionOf(item)),
    revealResult: (item?: SessionItem) => revealResult(services, sessionOf(item)),
    deleteSession: (item?: SessionItem) => deleteSession(services, sessionOf(item)),
    branchSession: (item?: IterationItem) => branchSession(services, item?.session, item?.record.index),
  };
}

export function registerCommands(services: Services): void {
  for (const [name, run] of Object.entries(table(services))) {
    const reported = async (...args: never[]): Promise<void> => {
      try {
        await run(...args);
      } catch (error) {
        await report(services.context, error);
      }
    };
    services.context.subscriptions.push(vscode.commands.registerCommand(`neuronPruner.${name}`, reported));
  }
}

/** A CodeLens passes a path as text; menus a Uri; a tree its item, whose model is meant. */
function targetOf(target: unknown): Target {
  if (typeof target === 'string') return vscode.Uri.parse(target);
  if (target instanceof vscode.Uri) return target;
  if (target !== null && typeof target === 'object' && 'model' in target) return target.model as OpenModel;
  return undefined;
}

/** Menus pass what is selected as a second argument, a CodeLens a layer's name. */
function nameOf(layer: unknown): string | undefined {
  return typeof layer === 'string' ? layer : undefined;
}

function sessionOf(item: SessionItem | undefined): SessionItem['session'] | undefined {
  return isSessionItem(item) ? item.session : undefined;
}
