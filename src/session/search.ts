// The search for the smallest network that still performs: cuts of the least relevant channels of the whole model, which
// grow as long as the rule accepts what retraining makes of them, and are halved where it does not. Every cut starts from
// the last model that was accepted and is held against the original, so that small losses do not add up unseen.
import type { Model } from '../model/model';
import { type Cost, costOf } from '../ops/cost';
import { cut } from '../pruning/cut';
import { leastCost, planTarget } from '../pruning/plan-target';
import type { Course, Step } from './course';
import type { Recipe } from './recipe';
import { type IterationRecord, isAsGood } from './record';
import type { Stage } from './stage';
import { recordOf } from './stage';
import { candidatesFor } from './stages/candidates';
import { checkCandidates, measureLayers } from './stages/choosing';
import { originalStage } from './stages/original';
import { quantizeStages } from './stages/quantize';
import { accepts, parseUntil, type ScoreRule, type Until } from './until';

/** Share of what is left that the first cut takes. */
const FIRST = 0.4;
/** From one accepted cut to the next, until one is refused; later once so many in a row were accepted. */
const GROWTH = 1.5;
const IN_A_ROW = 2;
/** Retraining has to start from something. */
const MOST = 0.75;
/** Cuts below it are not worth a retraining. */
const LEAST = 0.05;

/**
 * One test refuses a network at p ≤ 0.05. A search tests many, and cuts on until one is refused: what it accepted last has
 * had luck on the validation samples. In simulated searches on 6,000 of them, at 0.05 the verdict on 10,000 test samples
 * was a significant loss in 71 of 100, at this level in 19.
 */
const SEARCH_LEVEL = 0.3;

/** The rule of a search, which has to have one. */
export function searchRule(text = 'significant'): Until {
  const until = parseUntil(text);
  return until.rule === 'significant' ? { ...until, level: SEARCH_LEVEL } : until;
}

/** Throws UserError where the model has nothing to cut. */
export function searchCourse(recipe: Recipe, original: Model, until: ScoreRule): Course {
  checkCandidates(recipe.prune, original);
  quantizeStages(recipe, original);
  const { shrink } = recipe.prune;
  const progress = (records: readonly IterationRecord[]) => progressOf(records, shrink, until);
  return {
    stages: undefined,
    next(records): Step | undefined {
      if (records.length === 0) return { stage: originalStage, from: -1 };
      const { best, share, over, polished } = progress(records);
      if (!over) return { stage: cutStage(recipe, share, refusedFrom(best, records, until)), from: best };
      if (!polished && best > 0 && lastEpochs(recipe) > 0) return { stage: lastStage(recipe), from: best };
      const [quantize] = quantizeStages(recipe, original);
      return quantize === undefined || records.at(-1)?.kind === 'quantized'
        ? undefined
        : { stage: quantize, from: best };
    },
    chosen: (records) => progress(records).best,
  };
}

/** What a search has come to. */
interface SearchProgress {
  /** The smallest model that was accepted. */
  readonly best: number;
  /** Of the next cut. */
  readonly share: number;
  /** Whether no further cut is worth trying. */
  readonly over: boolean;
  /** Whether the last training has been. */
  readonly polished: boolean;
}

function progressOf(records: readonly IterationRecord[], figure: keyof Cost, until: ScoreRule): SearchProgress {
  let [best, share, inARow] = [0, FIRST, 0];
  // The smallest share that was refused: what is below it may still be tried.
  let refused: number | undefined;
  let [exhausted, polished] = [false, false];
  for (const record of records.slice(1)) {
    const start = records[record.from ?? best] as IterationRecord;
    const accepted = accepts(until, record);
    if (record.kind === 'quantized') {
      best = record.index;
    } else if (record.kind === 'training') {
      polished = true;
      if (accepted && isAsGood(record, start)) best = record.index;
    } else if (record[figure] >= start[figure]) {
      exhausted = true;
    } else if (accepted) {
      best = record.index;
      inARow++;
      const larger = Math.min(MOST, share * GROWTH);
      if (refused === undefined) share = larger;
      else if (inARow >= IN_A_ROW && larger < refused) [share, inARow] = [larger, 0];
    } else {
      // Where channels are coarse a smaller cut than was asked for may have been taken.
      const taken = 1 - record[figure] / start[figure];
      refused = Math.min(share, refused ?? MOST);
      [share, inARow] = [Math.min(share, taken) / 2, 0];
    }
  }
  return { best, share, over: exhausted || share < LEAST, polished };
}

/** What was cut in vain from the same model: the same again would only be trained again. */
function refusedFrom(start: number, records: readonly IterationRecord[], until: ScoreRule): ReadonlySet<string> {
  const own = records.filter(
    ({ kind, index, from = index - 1 }) => kind === 'neurons' && from === start && index > start,
  );
  return new Set(own.filter((record) => !accepts(until, record)).map(({ cuts }) => JSON.stringify(cuts)));
}

/** @param refused cuts from the same model that are not to be made again: a smaller one is. */
function cutStage(recipe: Recipe, share: number, refused: ReadonlySet<string>): Stage {
  const { prune } = recipe;
  const titled = (own: number): string =>
    `${Number((100 * own).toPrecision(2))} % fewer ${WORDS[prune.shrink]} by ${prune.measure}`;
  return {
    kind: 'neurons',
    title: titled(share),
    async apply(model, context) {
      const relevance = await measureLayers(recipe, model, context);
      const candidates = candidatesFor(prune, model, relevance);
      const before = costOf(model)[prune.shrink];
      const least = leastCost(model, candidates, prune.shrink);
      const records = relevance.map((own) => recordOf(own, prune.measure));
      for (let own = share; own >= LEAST; own /= 2) {
        const limit = Math.max((1 - own) * before, least);
        if (limit >= before) break;
        const target = { figure: prune.shrink, limit };
        const plan = planTarget(model, candidates, target, { isomorphic: prune.isomorphic, perCost: true });
        if (refused.has(JSON.stringify(plan.cuts))) continue;
        return {
          title: titled(own),
          model: { ...model, graph: cut(model.graph, plan.channels, plan.removed) },
          cuts: plan.cuts,
          relevance: records,
          changed: true,
        };
      }
      return { model, cuts: [], relevance: records, changed: false };
    },
  };
}

const WORDS: Readonly<Record<keyof Cost, string>> = { parameters: 'parameters', macs: 'MACs', bytes: 'bytes' };

/** Nothing is cut: the model that was chosen is trained for longer. */
function lastStage(recipe: Recipe): Stage {
  return {
    kind: 'training',
    title: 'trained for longer',
    epochs: lastEpochs(recipe),
    apply: async (model) => ({ model, cuts: [], relevance: [], changed: true }),
  };
}

/** How many times as long as after a cut. */
const LAST_TRAINING = 3;

function lastEpochs({ retrain }: Recipe): number {
  return retrain.lastEpochs ?? LAST_TRAINING * retrain.epochs;
}
