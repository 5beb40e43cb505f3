// What the methods ratio, global and target have in common.
import type { Model } from '../../model/model';
import type { Candidates } from '../../pruning/candidates';
import type { Plan } from '../../pruning/plan';

/** A way to choose channels. The plan is reached in several cuts: `share`, up to 1, is how far a cut goes. */
export interface Method {
  /** "50 % of the channels by l1" */
  title(share: number): string;
  /** @param candidates of the model as it is before the cut. */
  plan(model: Model, candidates: Candidates, share: number): Plan;
}
