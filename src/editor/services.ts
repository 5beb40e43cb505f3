// What the parts of the extension share.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { Inquiries, type Program } from '../session/client';
import { OpenModels } from './open-model';

export interface Services {
  readonly context: vscode.ExtensionContext;
  /** The process's program. */
  readonly program: Program;
  readonly inquiries: Inquiries;
  readonly models: OpenModels;
}

export function makeServices(context: vscode.ExtensionContext): Services {
  mkdirSync(context.logUri.fsPath, { recursive: true });
  const program = {
    module: join(context.extensionUri.fsPath, 'dist', 'session.cjs'),
    log: join(context.logUri.fsPath, 'process.log'),
  };
  const inquiries = new Inquiries(program);
  context.subscriptions.push(inquiries);
  return { context, program, inquiries, models: new OpenModels(inquiries, context.workspaceState) };
}
