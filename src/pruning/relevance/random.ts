// Random scores: what every other measure has to beat.
import type { Measure } from './measure';

export const randomScores: Measure = {
  name: 'random',
  description: 'Random scores, the baseline of every comparison.',
  source: 'none',
  needs: 'nothing',
  normalization: 'none',
  fromNothing: (channels, random) => Float64Array.from({ length: channels }, () => random.next()),
};
