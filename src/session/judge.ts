// How a session judges a model: by the metric on test and validation samples, or by verification where the data has pairs.
import { sizeOf } from '../data/column';
import type { Dataset, Split } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { UserError } from '../errors';
import { checkMetric, type Evaluation, evaluate } from '../evaluation/evaluate';
import type { MetricInfo, MetricName } from '../evaluation/metrics/metric';
import { samplesToNotice, smallestLoss } from '../evaluation/permutation';
import { type VerificationRecord, verifyModel } from '../evaluation/verification';
import type { Graph } from '../model/graph';
import type { Model } from '../model/model';
import { loadValues } from '../model/values';
import type { DataChoice } from '../protocol/recipe-file';
import { otherOrder } from './class-order';
import { fedOtherwise } from './other-feeding';
import { SIGNIFICANCE } from './record';
import type { Until } from './until';

export interface Judgement {
  readonly test: Evaluation;
  /** Absent where there are no validation samples, or they were not asked for. */
  readonly validation?: Evaluation;
  readonly verification?: readonly VerificationRecord[];
}

export class Judge {
  constructor(
    private readonly engine: Engine,
    private readonly data: Dataset,
    private readonly metric: MetricName | undefined,
  ) {}

  /** Throws UserError where the metric does not suit the data. */
  check(graph: Graph): void {
    if (this.data.pairs === undefined) checkMetric(graph, this.data.test, this.metric);
    else if (this.metric !== undefined) {
      throw new UserError(`Faces are judged by verification of pairs: leave the metric ${this.metric} out.`);
    }
  }

  /** @param decides whether validation is asked for: what decisions are made on. */
  async judge({ graph }: Model, decides: boolean): Promise<Judgement> {
    const { pairs, test, validation } = this.data;
    const values = await loadValues(graph);
    if (pairs) {
      const verified = await verifyModel(this.engine, graph, values, pairs);
      return { test: verified.test, validation: verified.validation, verification: verified.records };
    }
    const tested = await evaluate(this.engine, graph, values, test, this.metric);
    if (!decides || validation.count === 0) return { test: tested };
    return { test: tested, validation: await evaluate(this.engine, graph, values, validation, this.metric) };
  }

  /**
   * What a person should know about the original's score, a sentence each.
   * @param choice of the data, which may say how it is fed.
   */
  async doubts(model: Model, { test }: Judgement, choice: DataChoice | undefined): Promise<string[]> {
    const { data, engine, metric } = this;
    const few = this.manyAnswers ? undefined : fewSamples(test.metric, this.counts.test);
    const others =
      data.pairs || choice === undefined ? undefined : await suspicion(model, data, choice, engine, test, metric);
    return [others ?? likeGuessing(test, data.test), few].filter((text) => text !== undefined);
  }

  /** Whether a sample can be right in part, as a mask can: then little is lost that still shows, on a few samples. */
  get manyAnswers(): boolean {
    const [target] = this.data.test.targets;
    return target !== undefined && target.kind !== 'values' && sizeOf(target.shape) > 1;
  }

  /** Samples, or pairs, that decisions are made on and that the verdict is of. */
  get counts(): { readonly validation: number; readonly test: number } {
    const { pairs, test, validation } = this.data;
    if (pairs === undefined) return { validation: validation.count, test: test.count };
    return { validation: pairs.validation.same.length, test: pairs.test.same.length };
  }
}

/** Whether a model that does badly would do well with its samples or its classes told otherwise, in a sentence. */
export async function suspicion(
  model: Model,
  data: Dataset,
  choice: DataChoice,
  engine: Engine,
  test: Evaluation,
  metric?: MetricName,
): Promise<string | undefined> {
  return (
    (test.metric.name === 'accuracy' ? await otherOrder(model, data.test, engine, test.score) : undefined) ??
    (await fedOtherwise(model, data, choice, engine, test, metric))
  );
}

/** A loss below this share is what nobody would mind; one of this size must not go unnoticed. */
const NOTICED = 0.02;
/** Where not even a loss of this size could be told from chance, deciding by the test means nothing. */
const GROSS = 0.1;

/** Throws UserError where a rule decides on validation samples and there are none, or so few that it would mean nothing. */
export function checkRule(until: Until | undefined, { validation: samples, train, manyAnswers }: Counts): void {
  if (until === undefined || until.rule === 'size') return;
  if (samples === 0) {
    throw new UserError(
      `The stop rule "${until.rule === 'score' ? until.metric : until.rule}" decides on validation data, and there is none: set --validation (data.validation in a recipe) above 0.`,
    );
  }
  if (until.rule === 'score') {
    if (!manyAnswers) checkLimit(until, samples, train);
    return;
  }
  if (manyAnswers) {
    const fewest = samplesToNotice(1, SIGNIFICANCE);
    if (samples >= fewest) return;
    throw new UserError(
      `The stop rule "significant" decides on ${samples} validation samples, on which no loss can be told from chance. It takes ${fewest}: ${more(fewest, samples, train)}.`,
    );
  }
  if (smallestLoss(samples, SIGNIFICANCE) <= GROSS) return;
  throw new UserError(
    `The stop rule "significant" decides on ${samples} validation samples, on which no loss below ${percent(smallestLoss(samples, SIGNIFICANCE))} can be told from chance. ` +
      `It takes ${samplesToNotice(GROSS, SIGNIFICANCE)} to notice a loss of ${percent(GROSS)}, ${samplesToNotice(NOTICED, SIGNIFICANCE)} for one of ${percent(NOTICED)}: ${more(samplesToNotice(GROSS, SIGNIFICANCE), samples, train)}.`,
  );
}

/** What decisions are made on, and what training has. */
export interface Counts {
  readonly validation: number;
  /** Absent where they are not divided by a share: pairs of faces. */
  readonly train?: number;
  /** Whether a sample can be right in part. */
  readonly manyAnswers?: boolean;
}

/** The largest share that a recipe takes. */
const MOST_VALIDATION = 0.9;

/** How a person comes to so many validation samples. */
function more(needed: number, samples: number, train: number | undefined): string {
  if (train === undefined) return 'use more data';
  const share = Math.ceil((100 * needed) / (samples + train)) / 100;
  return share > MOST_VALIDATION
    ? `use more data, as these are ${samples + train} with those for training`
    : `set --validation ${share} (data.validation in a recipe), or use more data`;
}

/** Throws UserError where a share of right samples is asked for that a single wrong one would miss. */
function checkLimit(
  { metric, limit }: Extract<Until, { rule: 'score' }>,
  samples: number,
  train: number | undefined,
): void {
  const isShare = metric === 'accuracy' || metric === 'binary-accuracy' || metric === 'verification';
  const needed = Math.ceil(1 / (1 - limit) - 1e-6);
  if (!isShare || limit >= 1 || samples >= needed) return;
  throw new UserError(
    `The stop rule "${metric}>=${Number((100 * limit).toFixed(6))}%" decides on ${samples} validation samples, of which a single wrong one would break it. ` +
      `It takes ${needed} for one to be allowed: ${more(needed, samples, train)}.`,
  );
}

/** How much better than guessing a model must be not to be suspected of being fed with other numbers than it knows. */
const GUESSING = 1.5;

/** One sentence where a model is right no more often than guessing would be. */
function likeGuessing({ metric, score }: Evaluation, { targets: [target] }: Split): string | undefined {
  if (metric.name !== 'accuracy' || target?.kind !== 'classes' || target.classes < 3) return undefined;
  if (score * target.classes > GUESSING) return undefined;
  return `the model is right on ${percent(score)} of the test samples, as guessing would be: check that values are scaled as they were in its training: --scale, --mean and --deviation (data.scale, mean and deviation in a recipe)`;
}

/** One sentence where the test samples are so few that a loss worth minding would not show. */
function fewSamples({ unit }: MetricInfo, samples: number): string | undefined {
  const smallest = smallestLoss(samples, SIGNIFICANCE);
  if (unit !== 'share' || smallest <= NOTICED) return undefined;
  return `on ${samples} test samples no loss below ${percent(smallest)} can be told from chance: it takes ${samplesToNotice(NOTICED, SIGNIFICANCE)} for one of ${percent(NOTICED)}`;
}

function percent(share: number): string {
  return `${Number((100 * Math.min(1, share)).toPrecision(2))} %`;
}
