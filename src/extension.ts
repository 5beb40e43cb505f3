// activate(): registers, nothing else.
import type * as vscode from 'vscode';
import { registerCommands } from './editor/commands';
import { registerLanguage } from './editor/language';
import { makeServices } from './editor/services';

export function activate(context: vscode.ExtensionContext): void {
  const services = makeServices(context);
  registerCommands(services);
  registerLanguage(context);
}
