// Interleaved measurement: every contender runs one round after the other, so that a busy machine slows all alike.

export interface Contender {
  readonly name: string;
  /** Runs one round and returns its rate: the higher, the better. */
  round(): Promise<number>;
}

export interface Rate {
  readonly name: string;
  readonly median: number;
  readonly best: number;
}

export async function interleave(contenders: readonly Contender[], rounds: number): Promise<Rate[]> {
  const rates = contenders.map(() => [] as number[]);
  // The first round warms up and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      const rate = await contender.round();
      if (round > 0) rates[i]?.push(rate);
    }
  }
  return contenders.map(({ name }, i) => {
    const sorted = (rates[i] ?? []).sort((a, b) => a - b);
    return { name, median: median(sorted), best: sorted.at(-1) ?? 0 };
  });
}

export function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

export function show(title: string, rates: readonly Rate[], unit: string): void {
  console.log(`\n${title}`);
  for (const { name, median: middle, best } of rates) {
    const ratio =
      name === rates[0]?.name ? '' : `   ${((rates[0]?.median ?? 0) / middle).toFixed(2)} × slower than ours`;
    console.log(
      `  ${name.padEnd(24)} ${Math.round(middle).toLocaleString('en').padStart(8)} ${unit} (best ${Math.round(best).toLocaleString('en')})${ratio}`,
    );
  }
}
