// A share of a count.

/** How many of `count` a share comes to, rounded down; 0.29 of 100 are 29, although 100 × 0.29 is a little less. */
export function shareOf(count: number, share: number): number {
  return Math.floor(count * share + 1e-9);
}
