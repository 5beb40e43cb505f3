// The paired permutation test (Ojala & Garriga 2010): could the loss be chance?
import { type Random, random } from '../random';
import { type Counts, isCounts, type Outcomes, sampleCount, sumsOf } from './outcomes';

export const PERMUTATIONS = 10_000;

/**
 * p-value of "after is no worse than before": both models' outcomes on the same samples are swapped at random, sample by
 * sample; p is the share of swaps whose loss is at least the one observed (the observed one counted in). Above 0.05
 * there is no significant loss.
 * @param before how well the first model does each sample.
 * @param after the same samples by the second model.
 */
export function permutationTest(before: Outcomes, after: Outcomes, seed = 1, permutations = PERMUTATIONS): number {
  if (sampleCount(before) !== sampleCount(after)) throw new Error('the outcomes are of different samples');
  const source = random(seed, 'permutation');
  if (isCounts(before) && isCounts(after)) return testOfCounts(before, after, source, permutations);
  if (isCounts(before) || isCounts(after)) throw new Error('the outcomes are of different metrics');
  // Samples on which both do alike never change the difference.
  const differences: number[] = [];
  for (let i = 0; i < before.length; i++) {
    const difference = (before[i] as number) - (after[i] as number);
    if (difference !== 0) differences.push(difference);
  }
  const whole = differences.every((difference) => Math.abs(difference) === 1);
  const sum = whole ? () => signSum(differences.length, source.bits) : () => signedSum(differences, source.bits);
  // Sums of the same numbers in another order differ in their last digits: as extreme as observed is as extreme.
  const scale = differences.reduce((total, difference) => total + Math.abs(difference), 0);
  const observed = differences.reduce((total, difference) => total + difference, 0) - 1e-12 * scale;
  let extreme = 0;
  for (let round = 0; round < permutations; round++) {
    if (sum() >= observed) extreme++;
  }
  return (extreme + 1) / (permutations + 1);
}

/**
 * p-value of "after is no worse than before by any output", from those of the single outputs: by Bonferroni's correction,
 * which holds however they depend on each other. One output is tested as it is.
 */
export function testOfAll(pValues: readonly number[]): number {
  return Math.min(1, pValues.length * Math.min(...pValues));
}

/** The same where a score is made of sums: what a swap changes is added up, and both scores are taken anew. */
function testOfCounts(before: Counts, after: Counts, source: Random, permutations: number): number {
  const { width } = before;
  const [from, to] = [sumsOf(before), sumsOf(after)];
  const samples = differing(before, after);
  const observed = before.score(from) - after.score(to) - 1e-12;
  const [first, second] = [new Float64Array(width), new Float64Array(width)];
  let extreme = 0;
  for (let round = 0; round < permutations; round++) {
    first.set(from);
    second.set(to);
    let word = 0;
    samples.forEach((changes, i) => {
      if (i % 32 === 0) word = source.bits();
      if (word & 1) {
        for (const { at, by } of changes) {
          first[at] = (first[at] as number) - by;
          second[at] = (second[at] as number) + by;
        }
      }
      word >>>= 1;
    });
    if (before.score(first) - after.score(second) >= observed) extreme++;
  }
  return (extreme + 1) / (permutations + 1);
}

interface Change {
  readonly at: number;
  readonly by: number;
}

/** Of each sample that both models do differently, the counts that differ. */
function differing({ width, counts }: Counts, after: Counts): Change[][] {
  const samples: Change[][] = [];
  for (let start = 0; start < counts.length; start += width) {
    const changes: Change[] = [];
    for (let at = 0; at < width; at++) {
      const by = (counts[start + at] as number) - (after.counts[start + at] as number);
      if (by !== 0) changes.push({ at, by });
    }
    if (changes.length > 0) samples.push(changes);
  }
  return samples;
}

/**
 * The smallest share of samples lost that can be significant at all: where a model gets some wrong that the other gets
 * right, and none the other way round, all signs must fall the same way, which has the probability ½ to the power of them.
 */
export function smallestLoss(samples: number, significance: number): number {
  return Math.ceil(-Math.log2(significance)) / Math.max(1, samples);
}

/** Samples from which on a loss of that share can be significant. */
export function samplesToNotice(loss: number, significance: number): number {
  return Math.ceil(Math.ceil(-Math.log2(significance)) / loss);
}

/** The sum of the numbers' sizes, each with a random sign. */
function signedSum(numbers: readonly number[], bits: () => number): number {
  let total = 0;
  let word = 0;
  for (let i = 0; i < numbers.length; i++) {
    if (i % 32 === 0) word = bits();
    const size = numbers[i] as number;
    total += word & 1 ? size : -size;
    word >>>= 1;
  }
  return total;
}

/** The sum of `count` random signs, 32 at a time. */
function signSum(count: number, bits: () => number): number {
  let positive = 0;
  for (let left = count; left > 0; left -= 32) {
    const word = bits();
    positive += ones(left >= 32 ? word : word & (2 ** left - 1));
  }
  return 2 * positive - count;
}

/** Number of ones in a 32-bit word. */
function ones(word: number): number {
  let value = word - ((word >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
