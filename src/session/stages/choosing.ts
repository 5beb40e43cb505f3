// Stages that measure every layer, choose by a method which channels go, and cut them.
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { cut } from '../../pruning/cut';
import { prunableLayers } from '../../pruning/plan';
import { measureOf } from '../../pruning/relevance/index';
import { type LayerRelevance, measureRelevance } from '../../pruning/relevance/score';
import type { Prune, Recipe } from '../recipe';
import { recordOf, type Stage, type StageContext } from '../stage';
import { candidatesFor, measuredLayers } from './candidates';
import { globalMethod } from './global';
import type { Method } from './method';
import { ratioMethod } from './ratio';
import { targetMethod } from './target';

const METHODS: Readonly<
  Record<Exclude<Prune['method'], 'maxout' | 'search'>, (prune: Prune, original: Model) => Method>
> = {
  ratio: ratioMethod,
  global: globalMethod,
  target: targetMethod,
};

/** Throws UserError where the recipe asks for what can't be. */
export function methodOf(prune: Prune, original: Model): Method {
  if (prune.method === 'maxout' || prune.method === 'search') throw new Error(`${prune.method} has stages of its own`);
  checkCandidates(prune, original);
  return METHODS[prune.method](prune, original);
}

/** Throws UserError where there is nothing to choose from. */
export function checkCandidates(prune: Prune, original: Model): void {
  prunableLayers(original, prune.layers);
  if (candidatesFor(prune, original, undefined).choices.length === 0) {
    throw new UserError('The model has no layer with channels that can be cut.');
  }
}

/** The scores that a recipe's measure gives the layers it may cut. */
export function measureLayers(
  { prune, seed, retrain }: Recipe,
  model: Model,
  { engine, train, onMeasure, stopped }: StageContext,
): Promise<readonly LayerRelevance[]> {
  return measureRelevance(measureOf(prune.measure), model, engine, train, {
    k: prune.k,
    seed,
    ...(retrain.loss && { loss: retrain.loss }),
    layers: measuredLayers(prune, model),
    onProgress: onMeasure,
    stopped,
  });
}

export function choosingStages(recipe: Recipe, original: Model): Stage[] {
  const { prune } = recipe;
  const method = methodOf(prune, original);
  return Array.from({ length: prune.iterations }, (_, i): Stage => {
    const share = (i + 1) / prune.iterations;
    return {
      kind: 'neurons',
      title: method.title(share),
      async apply(model, context) {
        const relevance = await measureLayers(recipe, model, context);
        const plan = method.plan(model, candidatesFor(prune, model, relevance), share);
        return {
          model: { ...model, graph: cut(model.graph, plan.channels, plan.removed) },
          cuts: plan.cuts,
          relevance: relevance.map((own) => recordOf(own, prune.measure)),
          changed: true,
        };
      },
    };
  });
}
