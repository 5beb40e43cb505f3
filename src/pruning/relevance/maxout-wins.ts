// The paper's measure: how often a neuron is the maximum of its unit, over all samples and positions. In a network
// without maxout, neighbouring channels compete as if they were a unit.
import { elementCount } from '../../model/tensor';
import type { NodeEmitter } from '../../ops/emitter';
import type { Measure, Observed } from './measure';

export const maxoutWins: Measure = {
  name: 'maxout',
  description: 'How often a neuron has the largest pre-activation of its maxout unit, over the training set.',
  source:
    'Moya Rueda, Grzeszick, Fink: Neuron Pruning for Compressing Deep Networks Using Maxout Architectures, GCPR 2017 (arXiv 1707.06838)',
  needs: 'activations',
  normalization: 'none',
  fromActivations(emitter, { before, channels, neurons }) {
    const units = Math.ceil(channels / neurons);
    const missing = units * neurons - channels;
    const full = missing === 0 ? before : filledUp(emitter, before, missing);
    const grouped = intoUnits(emitter, full, units, neurons);
    const ones = emitter.ints(new Array<number>(neurons).fill(1));
    const rivals = emitter.ops('Split', [grouped, ones], { axis: 2 }, neurons);
    const counts = emitter.op('Reshape', [
      emitter.op('Concat', winCounts(emitter, rivals, units), { axis: 2 }),
      emitter.ints([-1]),
    ]);
    return missing === 0 ? counts : emitter.op('Slice', [counts, emitter.ints([0]), emitter.ints([channels])]);
  },
};

/** A last unit that is short of neurons is filled up with some that never win. */
function filledUp(emitter: NodeEmitter, { value, axis, shape }: Observed, missing: number): Observed {
  const none = shape.map(() => 0);
  const behind = none.map((_, other) => (other === axis ? missing : 0));
  const amounts = emitter.ints([...none, ...behind]);
  return { value: emitter.op('Pad', [value, amounts, emitter.float(Number.NEGATIVE_INFINITY)]), axis, shape };
}

/** [others, units, neurons, positions], whatever axis the channels lie on. */
function intoUnits(emitter: NodeEmitter, { value, axis, shape }: Observed, units: number, neurons: number): string {
  const behind = shape.slice(axis + 1);
  if (behind.every((size) => typeof size === 'number')) {
    return emitter.op('Reshape', [value, emitter.ints([-1, units, neurons, elementCount(behind)])]);
  }
  const others = Array.from(shape.keys()).filter((other) => other !== axis);
  const last = emitter.op('Transpose', [value], { perm: [...others, axis] });
  return emitter.op('Reshape', [last, emitter.ints([-1, units, neurons, 1])]);
}

/**
 * For each rival [batch, units, 1, positions], how often it is the first to reach the maximum: [1, units, 1, 1].
 * One neuron after the other challenges the best so far; the last to win its challenge is the maximum. Comparing so
 * costs a third of ArgMax and one-hot counting, which run on 64-bit integers.
 */
function winCounts(emitter: NodeEmitter, rivals: readonly string[], units: number): string[] {
  const axes = emitter.ints([0, 3]);
  const sum = (condition: string): string => {
    const counted = emitter.op('Cast', [condition], { to: FLOAT });
    return emitter.op('ReduceSum', [counted, axes], { keepdims: 1 });
  };
  const wins: string[] = [];
  let best = rivals[0] ?? '';
  for (const rival of rivals.slice(1)) {
    wins.push(emitter.op('Greater', [rival, best]));
    best = emitter.op('Max', [best, rival]);
  }
  // Whoever wins and is beaten by none that come after; the first has what the others leave of all positions.
  const counts: string[] = [];
  let unbeaten: string | undefined;
  for (const win of wins.reverse()) {
    counts.unshift(sum(unbeaten === undefined ? win : emitter.op('And', [win, unbeaten])));
    if (counts.length === wins.length) break;
    const loses = emitter.op('Not', [win]);
    unbeaten = unbeaten === undefined ? loses : emitter.op('And', [loses, unbeaten]);
  }
  const positions = emitter.op('Div', [emitter.op('Size', [best]), emitter.ints([units])]);
  const each = emitter.op('Cast', [positions], { to: FLOAT });
  return [emitter.op('Sub', [each, emitter.op('Sum', counts)]), ...counts];
}

/** TensorProto.DataType FLOAT. */
const FLOAT = 1;
