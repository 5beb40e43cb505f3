// One stage of a session: it measures, plans and cuts; the session then retrains and tests.
import type { Split } from '../data/dataset';
import type { Engine } from '../engines/engine';
import type { Model } from '../model/model';
import type { LayerCut } from '../pruning/plan';
import type { LayerRelevance } from '../pruning/relevance/score';
import type { IterationKind, RelevanceRecord } from './record';

export interface Stage {
  readonly kind: IterationKind;
  readonly title: string;
  /** Of retraining, where they are not the recipe's. */
  readonly epochs?: number;
  /** The model after the stage, before retraining. */
  apply(model: Model, context: StageContext): Promise<StageResult>;
}

export interface StageContext {
  readonly engine: Engine;
  /** Absent where a model is pruned without data. */
  readonly train?: Split;
  /** Samples measured so far. */
  onMeasure(done: number, of: number): void;
  stopped(): boolean;
}

export interface StageResult {
  /** Of what was done in the end, where that is something else than the stage's title says. */
  readonly title?: string;
  readonly model: Model;
  readonly cuts: readonly LayerCut[];
  readonly relevance: readonly RelevanceRecord[];
  /** Whether the model changed in what it computes, so that it is worth testing before retraining. */
  readonly changed: boolean;
}

/** A layer's scores as a session keeps them on record. */
export function recordOf({ layer, scores, observations, neurons }: LayerRelevance, measure: string): RelevanceRecord {
  return { layer, measure, scores: [...scores], observations, ...(neurons !== undefined && { neurons }) };
}
