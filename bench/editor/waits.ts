// What somebody waits for a process: by the clock, and as processor time, which a busy machine stretches less.
import { readFileSync } from 'node:fs';
import { median } from '../measure';

export interface Waits {
  /** Milliseconds by the clock. */
  readonly wall: number;
  /** Milliseconds of processor time that the process took. */
  readonly cpu: number;
}

/** Medians. */
export function showWaits(what: string, waits: readonly Waits[]): void {
  const of = (figure: keyof Waits): string =>
    `${Math.round(median(waits.map((one) => one[figure]).sort((a, b) => a - b)))} ms`;
  console.log(`  ${what.padEnd(28)} ${of('wall').padStart(8)}   processor time ${of('cpu')}`);
}

/** Of a process so far, in milliseconds; Linux counts it in hundredths of a second. */
export function processorTime(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}
