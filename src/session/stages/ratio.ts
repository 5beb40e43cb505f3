// A share of every layer by a measure, reached in several cuts.
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { cut } from '../../pruning/cut';
import { prunableLayers } from '../../pruning/plan';
import { planWidths } from '../../pruning/plan-widths';
import { measureOf } from '../../pruning/relevance/index';
import { measureRelevance } from '../../pruning/relevance/score';
import type { Recipe } from '../recipe';
import { recordOf, type Stage } from '../stage';

export function ratioStages(recipe: Recipe, original: Model): Stage[] {
  const { ratio, iterations, measure } = recipe.prune;
  const layers = prunableLayers(original, recipe.prune.layers).map(({ layer, channels }) => ({
    name: layer.name,
    channels: channels.length,
  }));
  if (layers.length === 0) throw new UserError('The model has no layer with channels that can be cut.');
  return Array.from({ length: iterations }, (_, i): Stage => {
    const share = (ratio * (i + 1)) / iterations;
    return {
      kind: 'neurons',
      title: `${Math.round(share * 100)} % of the channels by ${measure}`,
      async apply(model, context) {
        const scores = await measureRelevance(measureOf(measure), model, context.engine, context.train, {
          k: recipe.prune.k,
          seed: recipe.seed,
          layers: layers.map(({ name }) => name),
          onProgress: context.onMeasure,
          stopped: context.stopped,
        });
        const widths = new Map(layers.map(({ name, channels }) => [name, channels - Math.floor(channels * share)]));
        const plan = planWidths(model, scores, widths);
        const graph = cut(model.graph, plan.channels, plan.removed);
        return {
          model: { ...model, graph },
          cuts: plan.cuts,
          relevance: scores.map((score) => recordOf(score, measure)),
          changed: true,
        };
      },
    };
  });
}
