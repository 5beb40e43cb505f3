// The rows of the Sessions tree.
import * as vscode from 'vscode';
import type { IterationRecord } from '../../protocol/session';
import { isLive, type SessionState } from '../../protocol/session-state';
import { briefCount, counted, percent, pStatement } from '../../report/format';
import { scoreHeading, scoreText } from '../../report/score-text';
import { verdict } from '../../report/verdict';
import { titleOf } from '../open-model';
import { progressOf } from '../running';

export class SessionItem extends vscode.TreeItem {
  constructor(public session: SessionState) {
    super(titleOf(session.model), vscode.TreeItemCollapsibleState.Collapsed);
    // The state is part of what is expanded, but not of which item it is.
    this.id = session.folder;
    this.command = { command: 'neuronPruner.openSession', title: 'Open Session', arguments: [this] };
    if (isLive(session)) this.collapsibleState = vscode.TreeItemCollapsibleState.Expanded;
    this.show(session);
  }

  show(session: SessionState): void {
    this.session = session;
    this.description = descriptionOf(session);
    const said = session.message ?? (session.status === 'finished' ? verdictOf(session) : this.description);
    this.tooltip = new vscode.MarkdownString(`${said}\n\n\`${session.folder}\``);
    this.iconPath = iconOf(session);
    this.contextValue = `session.${isLive(session) ? 'running' : session.status}`;
  }
}

export function isSessionItem(item: unknown): item is SessionItem {
  return item instanceof SessionItem;
}

function verdictOf({ iterations, chosen }: SessionState): string {
  return iterations.length > 0 ? verdict({ iterations, chosen: chosen ?? 0 }) : 'finished';
}

function descriptionOf(session: SessionState): string {
  const { status, iterations, chosen } = session;
  if (isLive(session)) return progressOf(session);
  if (status === 'finished' && iterations.length > 0) return outcomeOf(iterations, chosen ?? 0);
  return `${status}, ${counted(iterations.length, 'iteration')}`;
}

/** In few words, as a sidebar is narrow: "66.5 % removed · 97.00 % · p = 0.06". */
function outcomeOf(iterations: SessionState['iterations'], chosen: number): string {
  const [original, result] = [iterations[0], iterations[chosen]];
  if (original === undefined || result === undefined || result === original) return 'nothing removed';
  const { parameters, nonZero, metric, score, pValue } = result;
  const left = Math.min(parameters / original.parameters, nonZero / original.nonZero);
  return [
    `${percent(1 - left)} ${nonZero / original.nonZero < parameters / original.parameters ? 'removed or zero' : 'removed'}`,
    scoreText(metric, score),
    ...(pValue === undefined ? [] : [pStatement(pValue)]),
  ].join(' · ');
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
      briefCount(parameters),
      scoreText(metric, score),
      ...(pValue === undefined ? [] : [pStatement(pValue)]),
    ].join(' · ');
    const scores =
      scoreAfterCut === undefined
        ? `${scoreHeading(metric)} ${scoreText(metric, score)}`
        : `${scoreHeading(metric)} after the cut ${scoreText(metric, scoreAfterCut)}, after retraining ${scoreText(metric, score)}`;
    this.tooltip = `${counted(parameters, 'parameter')}. ${scores}`;
    this.iconPath = new vscode.ThemeIcon(session.chosen === record.index ? 'star-full' : 'git-commit');
    this.contextValue = 'iteration';
  }
}
