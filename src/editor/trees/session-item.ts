// The rows of the Sessions tree.
import * as vscode from 'vscode';
import type { IterationRecord } from '../../protocol/session';
import { isLive, type SessionState } from '../../protocol/session-state';
import { count } from '../../report/format';
import { scoreHeading, scoreText } from '../../report/score-text';
import { verdict } from '../../report/verdict';
import { titleOf } from '../open-model';
import { progressOf } from '../running';

export class SessionItem extends vscode.TreeItem {
  constructor(readonly session: SessionState) {
    super(titleOf(session.model), vscode.TreeItemCollapsibleState.Collapsed);
    // The state is part of what is expanded, but not of which item it is.
    this.id = session.folder;
    this.description = descriptionOf(session);
    this.tooltip = new vscode.MarkdownString(`${session.message ?? this.description}\n\n\`${session.folder}\``);
    this.iconPath = iconOf(session);
    this.contextValue = `session.${isLive(session) ? 'running' : session.status}`;
    this.command = { command: 'neuronPruner.openSession', title: 'Open Session', arguments: [this] };
    if (isLive(session)) this.collapsibleState = vscode.TreeItemCollapsibleState.Expanded;
  }
}

export function isSessionItem(item: unknown): item is SessionItem {
  return item instanceof SessionItem;
}

function descriptionOf(session: SessionState): string {
  const { status, iterations, chosen } = session;
  if (isLive(session)) return progressOf(session);
  if (status === 'finished' && iterations.length > 0) return verdict({ iterations, chosen: chosen ?? 0 });
  return `${status}, ${iterations.length} iterations`;
}

function iconOf({ status }: SessionState): vscode.ThemeIcon {
  switch (status) {
    case 'running':
    case 'stopping':
      return new vscode.ThemeIcon('loading~spin');
    case 'finished':
      return new vscode.ThemeIcon('check', new vscode.ThemeColor('testing.iconPassed'));
    case 'stopped':
      return new vscode.ThemeIcon('debug-pause');
    case 'failed':
    case 'interrupted':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
  }
}

export class IterationItem extends vscode.TreeItem {
  constructor(
    readonly session: SessionState,
    readonly record: IterationRecord,
  ) {
    super(record.title);
    this.id = `${session.folder}#${record.index}`;
    const { parameters, metric, score, pValue, scoreAfterCut } = record;
    this.description = [
      `${count(parameters)} parameters`,
      scoreText(metric, score),
      ...(pValue === undefined ? [] : [`p = ${pValue.toFixed(2)}`]),
    ].join(' · ');
    this.tooltip =
      scoreAfterCut === undefined
        ? `${scoreHeading(metric)} ${scoreText(metric, score)}`
        : `${scoreHeading(metric)} after the cut ${scoreText(metric, scoreAfterCut)}, after retraining ${scoreText(metric, score)}`;
    this.iconPath = new vscode.ThemeIcon(session.chosen === record.index ? 'star-full' : 'git-commit');
    this.contextValue = 'iteration';
  }
}
