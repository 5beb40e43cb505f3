// The Models tree: the model files of the workspace, by folder where there are several.
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { ModelFiles } from '../model-files';
import { type OpenModel, type OpenModels, titleOf } from '../open-model';

export class ModelItem extends vscode.TreeItem {
  constructor(readonly model: OpenModel) {
    super(titleOf(model.path));
    this.id = model.path;
    this.resourceUri = vscode.Uri.file(model.path);
    // A model.json is called by its folder, so the folder is where that lies.
    const isJson = model.path.endsWith('model.json');
    this.description = inWorkspace(isJson ? dirname(dirname(model.path)) : dirname(model.path));
    this.tooltip = model.path;
    this.iconPath = new vscode.ThemeIcon('circuit-board');
    this.contextValue = 'model';
    this.command = { command: 'neuronPruner.showLayers', title: 'Show Layers', arguments: [this] };
  }
}

export class ModelsTree implements vscode.TreeDataProvider<ModelItem> {
  readonly onDidChangeTreeData: vscode.Event<void>;

  constructor(
    private readonly files: ModelFiles,
    private readonly models: OpenModels,
  ) {
    this.onDidChangeTreeData = files.onChange;
  }

  getTreeItem(item: ModelItem): vscode.TreeItem {
    return item;
  }

  async getChildren(item?: ModelItem): Promise<ModelItem[]> {
    if (item !== undefined) return [];
    return (await this.files.list()).map((path) => new ModelItem(this.models.at(path)));
  }
}

/** Relative to the workspace's folder; nothing for that folder itself. */
function inWorkspace(folder: string): string {
  const uri = vscode.Uri.file(folder);
  return vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath === folder ? '' : vscode.workspace.asRelativePath(uri);
}
