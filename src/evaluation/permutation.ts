// The paired permutation test (Ojala & Garriga 2010): could the loss of accuracy be chance?
import { random } from '../random';

export const PERMUTATIONS = 10_000;

/**
 * p-value of "after is no worse than before": both models' outcomes on the same samples are swapped at random, sample by
 * sample; p is the share of swaps whose loss of accuracy is at least the one observed (the observed one counted in).
 * Above 0.05 there is no significant loss.
 * @param before 1 for every sample the first model gets right, else 0.
 * @param after the same samples by the second model.
 */
export function permutationTest(before: Uint8Array, after: Uint8Array, seed = 1, permutations = PERMUTATIONS): number {
  if (before.length !== after.length) throw new Error('the outcomes are of different samples');
  // Samples on which both agree never change the difference.
  let discordant = 0;
  let observed = 0;
  for (let i = 0; i < before.length; i++) {
    const difference = (before[i] as number) - (after[i] as number);
    if (difference !== 0) discordant++;
    observed += difference;
  }
  const source = random(seed, 'permutation');
  let extreme = 0;
  for (let round = 0; round < permutations; round++) {
    if (signSum(discordant, source.bits) >= observed) extreme++;
  }
  return (extreme + 1) / (permutations + 1);
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
