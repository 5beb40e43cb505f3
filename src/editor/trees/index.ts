// The sidebar: Layers, Models, Sessions.
import * as vscode from 'vscode';
import { report } from '../report-error';
import type { Services } from '../services';
import { LayersTree } from './layers';
import { ModelsTree } from './models';
import { SessionsTree } from './sessions';

export function registerTrees({ context, active, files, models, sessions }: Services): void {
  const layersTree = new LayersTree(active);
  const layers = vscode.window.createTreeView('neuronPruner.layers', {
    treeDataProvider: layersTree,
    manageCheckboxStateManually: true,
  });
  layers.description = active.model?.title ?? '';
  context.subscriptions.push(
    layers,
    active.onChange((model) => {
      layers.description = model?.title ?? '';
    }),
    layersTree.onProblem((problem) => {
      layers.message = problem;
    }),
    layers.onDidChangeCheckboxState(async ({ items }) => {
      const changed = new Map(
        items.map(([{ layer }, state]) => [layer.name, state === vscode.TreeItemCheckboxState.Checked]),
      );
      try {
        await active.model?.include(changed);
      } catch (error) {
        await report(context, error);
      }
    }),
    vscode.window.createTreeView('neuronPruner.models', { treeDataProvider: new ModelsTree(files, models) }),
    vscode.window.createTreeView('neuronPruner.sessions', { treeDataProvider: new SessionsTree(sessions) }),
  );
}
