// How a session judges a model: by the metric on test and validation samples, or by verification where the data has pairs.
import { sizeOf } from '../data/column';
import type { Dataset, Split, Target } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { UserError } from '../errors';
import { commonestShare } from '../evaluation/commonest';
import { type Evaluation, evaluate } from '../evaluation/evaluate';
import { metricFor } from '../evaluation/metrics/index';
import type { MetricInfo, MetricName } from '../evaluation/metrics/metric';
import { permutationTest, samplesToNotice, smallestLoss, testOfAll } from '../evaluation/permutation';
import { type VerificationRecord, verifyModel } from '../evaluation/verification';
import type { Graph } from '../model/graph';
import type { Model } from '../model/model';
import { loadValues } from '../model/values';
import type { DataChoice } from '../protocol/recipe-file';
import { otherOrder } from './class-order';
import { fedOtherwise } from './other-feeding';
import { judgedBy } from './own-loss';
import type { Recipe } from './recipe';
import { SIGNIFICANCE } from './record';
import type { Until } from './until';

/** How a model does by one of its outputs. */
export interface Judged {
  /** What the data call it. */
  readonly output: string;
  readonly test: Evaluation;
  /** Absent where there are no validation samples, or they were not asked for. */
  readonly validation?: Evaluation;
}

export interface Judgement {
  /** The outputs that decide. */
  readonly outputs: readonly [Judged, ...Judged[]];
  readonly verification?: readonly VerificationRecord[];
}

export class Judge {
  readonly #targets: readonly Target[];
  readonly #metricOf: (target: Target) => MetricName | undefined;

  /** @param until the rule that it decides for. */
  constructor(
    private readonly engine: Engine,
    private readonly data: Dataset,
    private readonly recipe: Recipe,
    until?: Until,
  ) {
    const { targets } = data.test;
    // A person who names one output decides by that one.
    this.#targets = data.output === undefined ? targets : targets.slice(0, 1);
    this.#metricOf = judgedBy(recipe, this.#targets, until);
  }

  /** Throws UserError where the metric does not suit the data. */
  check(graph: Graph): void {
    if (this.data.pairs === undefined) {
      for (const target of this.#targets) metricFor(graph, target, this.#metricOf(target));
    } else if (this.recipe.metric !== undefined) {
      throw new UserError(`Faces are judged by verification of pairs: leave the metric ${this.recipe.metric} out.`);
    }
  }

  /** @param decides whether validation is asked for: what decisions are made on. */
  async judge({ graph }: Model, decides: boolean): Promise<Judgement> {
    const { pairs, test, validation } = this.data;
    const values = await loadValues(graph);
    if (pairs) {
      const verified = await verifyModel(this.engine, graph, values, pairs);
      const { test: tested, validation: seen } = verified;
      return { outputs: [{ output: 'pairs', test: tested, validation: seen }], verification: verified.records };
    }
    const outputs: Judged[] = [];
    for (const [i, target] of this.#targets.entries()) {
      const { name } = target;
      const by = async (split: Split): Promise<Evaluation> => {
        const targets = split.targets.slice(i, i + 1);
        const found = await evaluate(this.engine, graph, values, { ...split, targets }, this.#metricOf(target));
        return this.#targets.length === 1 ? found : { ...found, metric: ofOutput(found.metric, name) };
      };
      const tested = await by(test);
      const decided = decides && validation.count > 0;
      outputs.push({ output: name, test: tested, ...(decided && { validation: await by(validation) }) });
    }
    const [first, ...others] = outputs;
    if (first === undefined) throw new Error('a data set without targets');
    return { outputs: [first, ...others] };
  }

  /**
   * What a person should know about the original's score, a sentence each.
   * @param choice of the data, which may say how it is fed.
   */
  async doubts(model: Model, { outputs: [{ test }] }: Judgement, choice: DataChoice | undefined): Promise<string[]> {
    const { data, engine } = this;
    const [target] = this.#targets;
    const metric = target && this.#metricOf(target);
    const few = this.manyAnswers ? undefined : fewSamples(test.metric, this.counts.test);
    const others =
      data.pairs || choice === undefined ? undefined : await suspicion(model, data, choice, engine, test, metric);
    return [others ?? likeGuessing(test, data.test), few].filter((text) => text !== undefined);
  }

  /** Whether a sample can be right in part, as a mask can: then little is lost that still shows, on a few samples. */
  get manyAnswers(): boolean {
    return this.#targets.every(({ kind, shape }) => kind !== 'values' && sizeOf(shape) > 1);
  }

  /** Outputs that decide. */
  get tests(): number {
    return Math.max(1, this.#targets.length);
  }

  /** Samples, or pairs, that decisions are made on and that the verdict is of. */
  get counts(): { readonly validation: number; readonly test: number } {
    const { pairs, test, validation } = this.data;
    if (pairs === undefined) return { validation: validation.count, test: test.count };
    return { validation: pairs.validation.same.length, test: pairs.test.same.length };
  }
}

/** "accuracy of "digit"" */
export function ofOutput(metric: MetricInfo, output: string): MetricInfo {
  return { ...metric, title: `${metric.title} of "${output}"` };
}

/**
 * Whether one judgement is worse than the other: p-values of each output, and of all of them together.
 * @param on what it is tested on; undefined where there are no such samples.
 */
export function worseThan(
  before: Judgement,
  after: Judgement,
  on: 'test' | 'validation',
  seed: number,
): Worsening | undefined {
  const each = after.outputs.flatMap((own, i) => {
    const [from, to] = [before.outputs[i]?.[on], own[on]];
    return from === undefined || to === undefined ? [] : [permutationTest(from.outcomes, to.outcomes, seed)];
  });
  return each.length === 0 ? undefined : { each, together: testOfAll(each) };
}

export interface Worsening {
  readonly each: readonly number[];
  /** Corrected for their number. */
  readonly together: number;
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
export function checkRule(
  until: Until | undefined,
  { validation: samples, train, manyAnswers, tests = 1 }: Counts,
): void {
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
  const level = SIGNIFICANCE / tests;
  if (manyAnswers) {
    const fewest = samplesToNotice(1, level);
    if (samples >= fewest) return;
    throw new UserError(
      `The stop rule "significant" decides on ${samples} validation samples, on which no loss can be told from chance. It takes ${fewest}: ${more(fewest, samples, train)}.`,
    );
  }
  if (smallestLoss(samples, level) <= GROSS) return;
  throw new UserError(
    `The stop rule "significant" decides on ${samples} validation samples, on which no loss below ${percent(smallestLoss(samples, level))} can be told from chance. ` +
      `It takes ${samplesToNotice(GROSS, level)} to notice a loss of ${percent(GROSS)}, ${samplesToNotice(NOTICED, level)} for one of ${percent(NOTICED)}: ${more(samplesToNotice(GROSS, level), samples, train)}.`,
  );
}

/** What decisions are made on, and what training has. */
export interface Counts {
  readonly validation: number;
  /** Absent where they are not divided by a share: pairs of faces. */
  readonly train?: number;
  /** Whether a sample can be right in part. */
  readonly manyAnswers?: boolean;
  /** Outputs that are tested. */
  readonly tests?: number;
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

/** One sentence where a model is right no more often than guessing, or always saying the same, would be. */
function likeGuessing({ metric, score }: Evaluation, { targets: [target] }: Split): string | undefined {
  if (metric.name !== 'accuracy' || target?.kind !== 'classes') return undefined;
  const guesses = target.classes > 2 && score * target.classes <= GUESSING;
  if (!guesses && score > commonestShare(target)) return undefined;
  return `the model is right on ${percent(score)} of the test samples, as ${guesses ? 'guessing' : 'always saying the commonest class'} would be: check that values are scaled as they were in its training: --scale, --mean and --deviation (data.scale, mean and deviation in a recipe)`;
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
