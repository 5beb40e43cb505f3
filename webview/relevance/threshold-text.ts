// A threshold in words.
import { counted, percent, score } from '../../src/report/format';

export interface Below {
  readonly channels: number;
  readonly below: number;
  /** The score of the first channel kept. */
  readonly at: number;
}

/** "24 of 64 channels below 0.031 (37.5 %)" */
export function thresholdText({ channels, below, at }: Below): string {
  if (below === 0) return `all ${counted(channels, 'channel')} kept`;
  return `${below} of ${counted(channels, 'channel')} below ${score(at)} (${percent(below / channels)})`;
}
