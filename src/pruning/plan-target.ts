// A size to reach: the least relevant channels of the whole model go until its cost is what was asked for. The cost is
// predicted exactly at every try, so the plan meets it, not an estimate of it.
import { UserError } from '../errors';
import type { Model } from '../model/model';
import type { Cost } from '../ops/cost';
import type { Candidates, Portion } from './candidates';
import { type Plan, planOf } from './plan';
import { type GlobalOptions, globalQueue } from './plan-global';
import { costPredictor } from './predict';
import { channelsOf, takeInTurn } from './queue';

export interface Target {
  readonly figure: keyof Cost;
  /** Parameters, multiply-accumulates or bytes that are left at most. */
  readonly limit: number;
}

export interface TargetOptions extends GlobalOptions {
  /** Ranks channels by their score for what each saves of the figure: a large layer loses more of its channels. */
  readonly perCost?: boolean;
  /** Takes little of a layer in place of a portion that is too large: else narrow layers that cost little go whole. */
  readonly sparing?: boolean;
}

/** How far below the target a plan may end, where channels are not so many that it can be met exactly. */
const TOLERANCE = 0.01;

/** Of what is left of a layer, what may go in place of a larger portion, where a plan is sparing. */
const MOST_INSTEAD = 1 / 4;

/** Throws UserError where the candidates do not suffice to reach the target. */
export function planTarget(
  model: Model,
  candidates: Candidates,
  { figure, limit }: Target,
  { perCost = false, sparing = false, ...options }: TargetOptions = {},
): Plan {
  const predict = costPredictor(model, candidates.channels, candidates.families);
  const ranked = perCost ? rankedByCost(candidates, (gone) => predict(gone)[figure]) : candidates;
  const queue = globalQueue(ranked, options);
  const line = new CostLine(queue, candidates.families.length, (gone) => predict(gone)[figure]);
  const least = line.after(queue.length);
  if (least > limit) throw outOfReach(figure, limit, least);
  const count = smallestCount(queue.length, (n) => line.after(n) <= limit);
  const reached = queue.slice(0, count);
  const cost = line.after(count);
  const plan = (portions: readonly Portion[]): Plan => planOf(candidates, channelsOf(portions));
  if (count === 0 || cost >= limit * (1 - TOLERANCE)) return plan(reached);
  // The last portion takes too much: go on without it, with smaller ones, and end with the one that comes closest.
  let left = line.after(count - 1);
  const rest = queue.slice(count - 1);
  const rooms = new Float64Array(candidates.families.length);
  for (const { family, channels } of rest) rooms[family] = (rooms[family] as number) + MOST_INSTEAD * channels.length;
  const smaller = takeInTurn(rest, (portion) => {
    if (left <= limit) return false;
    const { family } = portion;
    const room = (rooms[family] as number) - portion.channels.length;
    if (sparing && room < 0) return false;
    const next = line.take(portion);
    if (next < limit * (1 - TOLERANCE)) {
      line.putBack(portion);
      return false;
    }
    rooms[family] = room;
    left = next;
    return true;
  });
  const taken = [...queue.slice(0, count - 1), ...smaller];
  const last = left <= limit ? undefined : closestBelow(nextOf(ranked, taken), limit, line);
  if (last !== undefined) {
    line.take(last.portion);
    taken.push(last.portion);
  } else if (left > limit) {
    for (const portion of smaller) line.putBack(portion);
    line.after(count);
    return plan(withoutSpare(reached, limit, line));
  }
  return plan(withoutSpare(taken, limit, line));
}

/** Without those that need not go, the most relevant first. @param line at the cost after all of them. */
function withoutSpare(taken: readonly Portion[], limit: number, line: CostLine): Portion[] {
  let cost = line.now();
  const spare = takeInTurn([...taken].reverse(), (portion) => {
    if (cost >= limit * (1 - TOLERANCE)) return false;
    const more = line.putBack(portion);
    if (more > limit) {
      line.take(portion);
      return false;
    }
    cost = more;
    return true;
  });
  const kept = new Set(spare);
  return taken.filter((portion) => !kept.has(portion));
}

/** What each family would lose next. */
function nextOf({ choices, families }: Candidates, taken: readonly Portion[]): Portion[] {
  const counts = new Uint32Array(families.length);
  for (const { family } of taken) counts[family] = (counts[family] as number) + 1;
  return choices.flatMap(({ family, portions }) => portions[counts[family] as number] ?? []);
}

/** The portion with which the cost is as much as it may be. */
function closestBelow(
  portions: readonly Portion[],
  limit: number,
  line: CostLine,
): { readonly portion: Portion; readonly cost: number } | undefined {
  let best: { readonly portion: Portion; readonly cost: number } | undefined;
  for (const portion of portions) {
    const cost = line.take(portion);
    line.putBack(portion);
    if (cost <= limit && (best === undefined || cost > best.cost)) best = { portion, cost };
  }
  return best;
}

/** Throws UserError where not even a cut of all that may go comes down to so much. */
export function checkReach(model: Model, candidates: Candidates, figure: keyof Cost, limit: number): void {
  const least = leastCost(model, candidates, figure);
  if (least > limit) throw outOfReach(figure, limit, least);
}

/** What is left of a figure when all goes that may. */
export function leastCost(model: Model, candidates: Candidates, figure: keyof Cost): number {
  const predict = costPredictor(model, candidates.channels, candidates.families);
  const gone = new Uint32Array(candidates.families.length);
  for (const { family, portions } of candidates.choices) {
    gone[family] = portions.reduce((sum, { channels }) => sum + channels.length, 0);
  }
  return predict(gone)[figure];
}

/** Each family's scores divided by what one of its channels saves as the model is now. */
function rankedByCost(candidates: Candidates, cost: (gone: Uint32Array) => number): Candidates {
  const gone = new Uint32Array(candidates.families.length);
  const before = cost(gone);
  const choices = candidates.choices.map((choice) => {
    gone[choice.family] = 1;
    const saved = Math.max(1, before - cost(gone));
    gone[choice.family] = 0;
    return { ...choice, portions: choice.portions.map((portion) => ({ ...portion, score: portion.score / saved })) };
  });
  return { ...candidates, choices };
}

/** The cost after so many portions of a queue: from one question to the next only those between are counted. */
class CostLine {
  readonly #gone: Uint32Array;
  #count = 0;

  constructor(
    private readonly queue: readonly Portion[],
    families: number,
    private readonly cost: (gone: Uint32Array) => number,
  ) {
    this.#gone = new Uint32Array(families);
  }

  after(count: number): number {
    for (; this.#count < count; this.#count++) this.#add(this.queue[this.#count], 1);
    for (; this.#count > count; this.#count--) this.#add(this.queue[this.#count - 1], -1);
    return this.now();
  }

  /** The cost with one more, out of turn. */
  take(portion: Portion): number {
    this.#add(portion, 1);
    return this.now();
  }

  /** The cost without one of those taken. */
  putBack(portion: Portion): number {
    this.#add(portion, -1);
    return this.now();
  }

  now(): number {
    return this.cost(this.#gone);
  }

  #add(portion: Portion | undefined, times: number): void {
    if (portion === undefined) return;
    const { family, channels } = portion;
    this.#gone[family] = (this.#gone[family] as number) + times * channels.length;
  }
}

/** The smallest count from 0 to `most` that is enough, where every larger one is too and `most` is. */
function smallestCount(most: number, enough: (count: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (enough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const WORDS: Readonly<Record<keyof Cost, string>> = {
  parameters: 'parameters',
  macs: 'multiply-accumulates',
  bytes: 'bytes',
};

function outOfReach(figure: keyof Cost, limit: number, least: number): UserError {
  const count = (value: number): string => Math.round(value).toLocaleString('en');
  return new UserError(
    `The target of ${count(limit)} ${WORDS[figure]} is out of reach: ${count(least)} are left when all goes that may. ` +
      'Ask for more, let more layers be cut, or allow narrower ones.',
  );
}
