// The model as it was given: what everything is compared with.
import type { Stage } from '../stage';

export const originalStage: Stage = {
  kind: 'original',
  title: 'original',
  apply: async (model) => ({ model, cuts: [], relevance: [], changed: false }),
};
