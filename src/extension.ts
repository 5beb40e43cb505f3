// activate(): registers, nothing else.
import type * as vscode from 'vscode';
import { registerArchitecture } from './editor/architecture-editor';
import { registerCommands } from './editor/commands/index';
import { registerLanguage } from './editor/language';
import { registerPanels } from './editor/panel';
import { answerPanel } from './editor/panel-requests';
import { showRunning } from './editor/running';
import { makeServices } from './editor/services';
import { registerTrees } from './editor/trees/index';

export function activate(context: vscode.ExtensionContext): void {
  const services = makeServices(context);
  registerCommands(services);
  registerTrees(services);
  registerPanels(services, answerPanel);
  registerLanguage(services);
  registerArchitecture(services);
  showRunning(services);
}
