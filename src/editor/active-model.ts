// The model that the sidebar shows: that of the editor or panel in front, else the last one that was.
import * as vscode from 'vscode';
import { isModel } from './model-files';
import type { OpenModel, OpenModels } from './open-model';

export class ActiveModel implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<OpenModel | undefined>();
  readonly onChange = this.#changed.event;
  readonly #tabs: vscode.Disposable;
  #model: OpenModel | undefined;

  constructor(private readonly models: OpenModels) {
    this.#tabs = vscode.window.tabGroups.onDidChangeTabs(() => this.#follow());
    void this.#follow();
  }

  get model(): OpenModel | undefined {
    return this.#model;
  }

  show(model: OpenModel): void {
    if (model === this.#model) return;
    this.#model = model;
    this.#changed.fire(model);
  }

  async #follow(): Promise<void> {
    const path = activePath();
    if (path !== undefined && (await isModel(path)) && path === activePath()) this.show(this.models.at(path));
  }

  dispose(): void {
    this.#tabs.dispose();
    this.#changed.dispose();
  }
}

/** Of the file in the editor in front. */
export function activePath(): string | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const inFile = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom;
  return inFile && input.uri.scheme === 'file' ? input.uri.fsPath : undefined;
}
