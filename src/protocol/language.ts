// What the extension tells the language server beside the Language Server Protocol.
import { NotificationType } from 'vscode-jsonrpc';

/** The channels of a layer by their scores. */
export interface MeasuredLayer {
  readonly name: string;
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

export interface MeasuredModel {
  /** Of the model's file. */
  readonly uri: string;
  readonly measure: string;
  /** None where what was measured no longer holds. */
  readonly layers: readonly MeasuredLayer[];
}

/** The channels of a model were measured. */
export const measured = new NotificationType<MeasuredModel>('neuronPruner/measured');

/** Something beside the documents changed, as a shard that was put in its place: look again. */
export const look = new NotificationType<void>('neuronPruner/look');

/** The commands that CodeLenses and quick fixes call. Their first argument is the document's URI as text. */
export const COMMANDS = {
  prune: 'neuronPruner.prune',
  inspectRelevance: 'neuronPruner.inspectRelevance',
  openArchitecture: 'neuronPruner.openArchitecture',
  /** (document, shard's path as the manifest has it, range of that path in the document) */
  locateShard: 'neuronPruner.locateShard',
} as const;
