// All that is known of a session that runs or ran, and how it changes: enough to draw it.
import type { IterationRecord } from '../session/record';
import type { RecipeFile } from './recipe-file';

export interface SessionState {
  readonly status: 'running' | 'stopping' | 'stopped' | 'finished' | 'failed' | 'interrupted';
  /** Absolute path of the model. */
  readonly model: string;
  readonly folder: string;
  /** Of the process that works on it. */
  readonly pid?: number;
  readonly out: string;
  readonly recipe: RecipeFile;
  /** When it was started (or last resumed), ISO 8601. */
  readonly started: string;
  /** Of all iterations, the original included; 0 where that is not known (a search). */
  readonly stages: number;
  /** Title of the iteration that runs. */
  readonly stage?: string;
  readonly activity?: Activity;
  readonly iterations: readonly IterationRecord[];
  /** Loss and accuracy as they came, in the iteration that runs and those before. */
  readonly curve: readonly CurvePoint[];
  /** Which engine runs it and why, in one sentence. */
  readonly engine?: string;
  readonly warnings: readonly string[];
  /** How the data is read, a sentence each. */
  readonly notes: readonly string[];
  /** What went wrong, of one that failed or was interrupted. */
  readonly message?: string;
  /** Index of the iteration that is the result, of one that finished. */
  readonly chosen?: number;
  /** Of the extension that started it. */
  readonly version?: string;
}
export interface Activity extends Progress {
  readonly what: 'measuring' | 'training';
  /** Samples a second. */
  readonly rate: number;
  /** Seconds until this activity ends, at that rate. */
  readonly left: number;
}
export interface CurvePoint {
  /** Iteration. */
  readonly index: number;
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** Share of the samples that were right; absent where the target is numbers. */
  readonly accuracy?: number;
}

export interface Progress {
  readonly done: number;
  readonly of: number;
}

/** A part of the state that is new; `iterations`, `curve`, `warnings` and `notes` hold only what came since. */
export type SessionChange = Partial<SessionState>;

export function applyChange(state: SessionState, change: SessionChange): SessionState {
  return {
    ...state,
    ...change,
    iterations: [...state.iterations, ...(change.iterations ?? [])],
    curve: [...state.curve, ...(change.curve ?? [])],
    warnings: [...state.warnings, ...(change.warnings ?? [])],
    notes: [...state.notes, ...(change.notes ?? [])],
  };
}

/** Whether a process works on it. */
export function isLive({ status }: SessionState): boolean {
  return status === 'running' || status === 'stopping';
}
