// What an iteration cut, in words.
import type { IterationRecord } from '../../src/protocol/session';
import { count, counted, NONE } from '../../src/report/format';

/** "64 of 256 of dense, 5 of 20 of conv2d", or what else the iteration did. */
export function cutText({
  kind,
  cuts,
  parameters,
  nonZero,
}: Pick<IterationRecord, 'kind' | 'cuts' | 'parameters' | 'nonZero'>): string {
  if (kind === 'weights') return `${counted(parameters - nonZero, 'weight')} at zero`;
  if (cuts.length === 0) return NONE;
  return cuts
    .map(({ layer, channels, removed }) => `${count(removed.length)} of ${count(channels)} in ${layer}`)
    .join(', ');
}
