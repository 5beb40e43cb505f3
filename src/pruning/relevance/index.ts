// The registry: every measure the product knows, by name.
import { UserError } from '../../errors';
import { activationVariance } from './activation-variance';
import { apoz } from './apoz';
import { batchNormScale } from './batch-norm-scale';
import { geometricMedian } from './geometric-median';
import { hessian } from './hessian';
import { l1Norm } from './l1-norm';
import { l2Norm } from './l2-norm';
import { lamp } from './lamp';
import { maxoutWins } from './maxout-wins';
import { meanActivation } from './mean-activation';
import type { Measure } from './measure';
import { randomScores } from './random';
import { taylor } from './taylor';

export const MEASURES: ReadonlyMap<string, Measure> = new Map(
  [
    maxoutWins,
    l1Norm,
    l2Norm,
    geometricMedian,
    batchNormScale,
    meanActivation,
    apoz,
    activationVariance,
    taylor,
    hessian,
    lamp,
    randomScores,
  ].map((measure) => [measure.name, measure]),
);

export function measureOf(name: string): Measure {
  const measure = MEASURES.get(name);
  if (measure === undefined)
    throw new UserError(`There is no measure "${name}". Known: ${[...MEASURES.keys()].join(', ')}.`);
  return measure;
}
