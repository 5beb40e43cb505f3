// A size to reach: the least relevant channels of the whole model go until its cost is what was asked for. The cost is
// predicted exactly at every try, so the plan meets it, not an estimate of it.
import { UserError } from '../errors';
import type { Model } from '../model/model';
import type { Cost } from '../ops/cost';
import type { Candidates } from './candidates';
import { type Plan, planOf } from './plan';
import { type GlobalOptions, globalQueue } from './plan-global';
import { costPredictor } from './predict';
import { channelsOf, type Queued, takeInTurn } from './queue';

export interface Target {
  readonly figure: keyof Cost;
  /** Parameters, multiply-accumulates or bytes that are left. */
  readonly limit: number;
}

/** How far below the target a plan may end, where channels are not so many that it can be met exactly. */
const TOLERANCE = 0.01;

/** Throws UserError where the candidates do not suffice to reach the target. */
export function planTarget(
  model: Model,
  candidates: Candidates,
  { figure, limit }: Target,
  options: GlobalOptions = {},
): Plan {
  const predict = costPredictor(model, candidates.channels, candidates.families);
  const cost = (portions: readonly Queued[]): number => predict(goneBy(portions, candidates.families.length))[figure];
  const queue = globalQueue(candidates, options);
  const least = cost(queue);
  if (least > limit) throw outOfReach(figure, limit, least);
  const count = smallestCount(queue.length, (n) => cost(queue.slice(0, n)) <= limit);
  const reached = queue.slice(0, count);
  const plan = (portions: readonly Queued[]): Plan => planOf(candidates, channelsOf(portions));
  if (count === 0 || cost(reached) >= limit * (1 - TOLERANCE)) return plan(reached);
  // The last portion takes too much: go on without it, with smaller ones.
  const around = queue.slice(0, count - 1);
  let left = cost(around);
  takeInTurn(queue.slice(count - 1), (portion) => {
    if (left <= limit) return false;
    const next = cost([...around, portion]);
    if (next < limit * (1 - TOLERANCE)) return false;
    around.push(portion);
    left = next;
    return true;
  });
  return plan(Math.abs(left - limit) < Math.abs(cost(reached) - limit) ? around : reached);
}

/** How many channels each of so many families loses. */
function goneBy(portions: readonly Queued[], families: number): Uint32Array {
  const gone = new Uint32Array(families);
  for (const { channels, choice } of portions) gone[choice.family] = (gone[choice.family] ?? 0) + channels.length;
  return gone;
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
