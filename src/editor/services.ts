// What the parts of the extension share.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { Inquiries } from '../session/client/inquiries';
import { ActiveModel } from './active-model';
import { ModelFiles } from './model-files';
import { OpenModels } from './open-model';
import { Sessions } from './sessions';

export interface Services {
  readonly context: vscode.ExtensionContext;
  /** Answers questions about models, in a process that starts with the first one. */
  readonly inquiries: Inquiries;
  readonly files: ModelFiles;
  readonly models: OpenModels;
  readonly active: ActiveModel;
  readonly sessions: Sessions;
}

export function makeServices(context: vscode.ExtensionContext): Services {
  mkdirSync(context.logUri.fsPath, { recursive: true });
  const program = {
    module: join(context.extensionUri.fsPath, 'dist', 'session.cjs'),
    log: join(context.logUri.fsPath, 'process.log'),
  };
  const { version } = context.extension.packageJSON as { readonly version: string };
  const inquiries = new Inquiries(program);
  const files = new ModelFiles();
  const models = new OpenModels(inquiries, context.workspaceState);
  const active = new ActiveModel(models);
  const sessions = new Sessions(program, version);
  const written = files.onWrite((path) => models.forget(path));
  const shown = active.onChange((model) => model && void files.opened(model.path));
  context.subscriptions.push(inquiries, files, active, sessions, written, shown);
  return { context, inquiries, files, models, active, sessions };
}
