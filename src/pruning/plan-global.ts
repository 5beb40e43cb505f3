// So many channels of the whole model: the least relevant of the whole model go, whatever layer they are in.
import type { Candidates, Choice, Portion } from './candidates';
import { type Plan, planOf } from './plan';
import { channelsOf, queueOf, takeInTurn } from './queue';

export interface GlobalOptions {
  /** Compares scores only among families of the same structure; each structure loses the same share. */
  readonly isomorphic?: boolean;
}

/** @param count channels that go at most. */
export function planGlobal(candidates: Candidates, count: number, options: GlobalOptions = {}): Plan {
  let left = count;
  const taken = takeInTurn(globalQueue(candidates, options), ({ channels }) => {
    if (channels.length > left) return false;
    left -= channels.length;
    return true;
  });
  return planOf(candidates, channelsOf(taken));
}

/** All portions of the model in the order in which they go. */
export function globalQueue({ choices }: Candidates, { isomorphic = false }: GlobalOptions): readonly Portion[] {
  return isomorphic ? isomorphicQueue(choices) : queueOf(choices);
}

/** Each class in its own order; between classes, what is the same share of its class goes at the same time. */
function isomorphicQueue(choices: readonly Choice[]): readonly Portion[] {
  const classes = new Map<string, Choice[]>();
  for (const choice of choices) {
    const structure = choice.isomorphism();
    const own = classes.get(structure);
    if (own) own.push(choice);
    else classes.set(structure, [choice]);
  }
  const shares = [...classes.values()].flatMap((own) => {
    const total = own.reduce((sum, { size }) => sum + size, 0);
    let gone = 0;
    return queueOf(own).map((portion) => {
      gone += portion.channels.length;
      return { portion, share: gone / total };
    });
  });
  return shares.sort((a, b) => a.share - b.share).map(({ portion }) => portion);
}
