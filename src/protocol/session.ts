// The extension's side conversation with its processes (vscode-jsonrpc): questions about models to one that sits idle
// beside a window, and a running session, which lives on its own so that closing a window does not end it.
import { NotificationType, ProgressType, RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { ModelInspection } from '../pruning/inspect';
import type { MetricInfo } from '../session/record';
import type { DataChoice, RecipeFile } from './recipe-file';
import type { Progress, SessionChange, SessionState } from './session-state';

export type { LayerInspection, ModelInspection, OpenShape } from '../pruning/inspect';
export type { LayerPart } from '../pruning/layer-parts';
export type { IterationRecord, LayerRecord, MetricInfo, SessionRecord } from '../session/record';
export type { DataChoice, RecipeFile } from './recipe-file';
export type { Activity, CurvePoint, Progress, SessionChange, SessionState } from './session-state';

/** A recipe and the folder its paths are relative to. */
export interface RecipeAt {
  readonly recipe: RecipeFile;
  readonly folder: string;
}

// Questions.

export interface Inspection extends ModelInspection {
  readonly path: string;
  readonly warnings: readonly string[];
}
export const inspect = new RequestType<{ readonly model: string }, Inspection, void>('inspect');

/** What a recipe comes to, exactly, before anything runs. */
export interface Prediction {
  readonly before: Figures;
  readonly after: Figures;
  readonly layers: readonly LayerPrediction[];
  /** Layers that may take more multiply-accumulates than are counted; absent where there are none. */
  readonly uncounted?: readonly string[];
  /** Titles of the iterations, the original first. */
  readonly iterations: readonly string[];
  /** Of a search, whose outcome is found while it runs: the layers it may cut. `after` is as before. */
  readonly open?: readonly string[];
  /**
   * The measure it was made with, where what goes depends on scores: the recipe's own if it has been taken or reads no
   * data, else l1 in its place.
   */
  readonly measure?: string;
}
export interface Figures {
  readonly parameters: number;
  readonly macs: number;
  readonly bytes: number;
}
export interface LayerPrediction {
  readonly name: string;
  readonly before: LayerFigures;
  /** Absent for a layer that is gone, as a maxout of one neuron a unit. */
  readonly after?: LayerFigures;
}
export interface LayerFigures extends Figures {
  /** In all its parts; null for a layer that makes none. */
  readonly channels: number | null;
  /** Where it makes channels of several kinds. */
  readonly parts?: readonly { readonly name: string; readonly channels: number }[];
}
export const predict = new RequestType<RecipeAt, Prediction, void>('predict');

/** Cuts a model by its weights, as a recipe without data asks, and writes the result to a new folder. */
export interface CutQuestion extends RecipeAt {
  readonly out: string;
}
export const cut = new RequestType<CutQuestion, { readonly out: string }, void>('cut');

export interface RelevanceQuestion {
  readonly model: string;
  readonly data?: DataChoice;
  readonly measure: string;
  /** Neurons that compete as a unit, where the model has no maxout. */
  readonly k: number;
  readonly seed: number;
  readonly threads: number;
  readonly layers?: readonly string[];
  /** Names the progress of this measurement. */
  readonly progress: string;
}
export interface Relevance {
  readonly measure: string;
  readonly layers: readonly LayerScores[];
}
export interface LayerScores {
  readonly layer: string;
  readonly scores: readonly number[];
  /** Samples × positions behind each score; 0 where no data was read. */
  readonly observations: number;
  /** Neurons a maxout unit. */
  readonly neurons?: number;
}
export const relevance = new RequestType<RelevanceQuestion, Relevance, void>('relevance');
export const reporting = new ProgressType<Progress>();

export interface ChannelWeightsQuestion {
  readonly model: string;
  readonly layer: string;
}
export interface ChannelWeights {
  /** Norms of each channel's weights. */
  readonly l1: readonly number[];
  readonly l2: readonly number[];
  /** Of a convolution that reads an image: its kernels, [channel][row][column][depth] in one list. */
  readonly kernels?: {
    readonly rows: number;
    readonly columns: number;
    readonly depth: number;
    readonly values: readonly number[];
  };
}
export const channelWeights = new RequestType<ChannelWeightsQuestion, ChannelWeights, void>('channelWeights');

export interface ComparisonQuestion {
  readonly before: string;
  readonly after: string;
  readonly data?: DataChoice;
  /** Default: what suits the data. */
  readonly metric?: NonNullable<RecipeFile['metric']>;
  readonly seed: number;
  readonly threads: number;
}
export interface Comparison {
  readonly before: Inspection & ComparedFigures;
  readonly after: Inspection & ComparedFigures;
  /** Absent where no data was given. */
  readonly test?: {
    readonly metric: MetricInfo;
    readonly samples: number;
    readonly pValue: number;
    /** "no significant loss, p = 0.43" in a whole sentence. */
    readonly words: string;
    /** Where several outputs decide, the test is of the worst, and these are the others; each p-value is corrected. */
    readonly others?: readonly {
      readonly metric: MetricInfo;
      readonly scores: readonly [before: number, after: number];
      readonly pValue: number;
    }[];
  };
}
export interface ComparedFigures {
  readonly nonZero: number;
  /** Bytes of the weights, gzipped; absent where they are too many. */
  readonly gzipped?: number;
  /** By the metric of the test; absent where no data was given. */
  readonly score?: number;
}
export const compare = new RequestType<ComparisonQuestion, Comparison, void>('compare');

/** How fast two models run here, measured in turn. */
export interface SpeedQuestion {
  readonly before: string;
  readonly after: string;
  readonly data?: DataChoice;
  readonly seed: number;
  readonly threads: number;
  readonly progress: string;
}
export interface Speed {
  readonly before: SpeedFigures;
  readonly after: SpeedFigures;
  /** Samples at a time of the throughput. */
  readonly batch: number;
  /** "2.31 × as fast (95 % interval 2.25 to 2.38)." */
  readonly words: string;
  /** By which engine, in words. */
  readonly engine: string;
}
export interface SpeedFigures {
  /** Milliseconds for one sample. */
  readonly median: number;
  readonly p95: number;
  /** Samples a second, many at a time. */
  readonly throughput: number;
}
export const speed = new RequestType<SpeedQuestion, Speed, void>('speed');

/** A measure of relevance a person can choose. */
export interface MeasureChoice {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  readonly needs: 'nothing' | 'weights' | 'activations' | 'gradients';
}
export const measures = new RequestType0<readonly MeasureChoice[], void>('measures');

export interface EngineChoice {
  readonly name: string;
  readonly available: boolean;
  /** What it is, or why it isn't there. */
  readonly description: string;
}
export const engines = new RequestType0<readonly EngineChoice[], void>('engines');

/** Trains the walkthrough's example into a new folder; answers with the path of its model.json. */
export const makeExample = new RequestType<{ readonly folder: string; readonly progress: string }, string, void>(
  'makeExample',
);

// A running session.

/** What a session process is started with. */
export interface Job extends RecipeAt {
  /** Folder that sessions are kept in, and the folder of this one. */
  readonly sessions: string;
  readonly session: string;
  readonly out: string;
  readonly resume: boolean;
  readonly title?: string;
  /** Version of the extension that started it. */
  readonly version: string;
}

/** To a session process: what it is doing now; every change comes as `changed` from then on. */
export const attach = new RequestType0<SessionState, void>('attach');
export const stop = new RequestType0<void, void>('stop');
export const changed = new NotificationType<SessionChange>('changed');
