// neuron-pruner prune --plan: what a recipe would cut and save, layer by layer. Nothing is written.
import { openModel } from '../formats/open';
import type { Figures, Prediction } from '../protocol/session';
import { measureOf } from '../pruning/relevance/index';
import { measureRelevance } from '../pruning/relevance/score';
import { openFittedData } from '../session/data';
import { Predictor } from '../session/predict';
import type { Recipe } from '../session/recipe';
import { measuredLayers } from '../session/stages/candidates';
import { chooseEngine } from '../training/choose-engine';
import { count, type Output, percent, table } from './output';

export async function showPlan(recipe: Recipe, output: Output): Promise<void> {
  const predictor = new Predictor();
  await measureFor(recipe, predictor, output);
  const prediction = await predictor.predict(recipe);
  output.result({ model: recipe.model, ...prediction }, textOf(recipe, prediction));
}

/** Where the plan depends on scores that are read from data, they are taken. */
async function measureFor(recipe: Recipe, predictor: Predictor, output: Output): Promise<void> {
  const { prune, data, seed } = recipe;
  const measure = measureOf(prune.measure);
  const reads = measure.needs === 'activations' || measure.needs === 'gradients';
  if (data === undefined || !reads || prune.method === 'maxout' || prune.method === 'ratio') return;
  const model = await openModel(recipe.model);
  const { train } = await openFittedData(data, seed, model, recipe.retrain.loss);
  const { engine } = await chooseEngine(recipe.engine, model.graph, { threads: recipe.threads });
  const relevance = await measureRelevance(measure, model, engine, train, {
    k: prune.k,
    seed,
    layers: measuredLayers(prune, model),
    onProgress: (done, of) => output.progress('measuring', done, of),
  });
  output.endProgress();
  await predictor.remember(recipe.model, prune.measure, prune.k, relevance);
}

function textOf({ prune }: Recipe, { before, after, layers, uncounted, iterations, measure }: Prediction): string {
  const rows = layers
    .filter(
      ({ before: own, after: left }) =>
        left === undefined || own.parameters !== left.parameters || own.macs !== left.macs,
    )
    .flatMap(({ name, before: own, after: left }) => [
      [
        name,
        own.channels === null ? '' : count(own.channels),
        own.channels === null || !left ? '' : count(left.channels ?? 0),
        ...saved(own, left ?? NOTHING),
      ],
      ...(own.parts ?? []).map((part, i) => [
        `  ${part.name}`,
        count(part.channels),
        left ? count(left.parts?.[i]?.channels ?? 0) : '',
      ]),
    ]);
  rows.push(['in all', '', '', ...saved(before, after)]);
  const header = ['layer', 'channels', 'left', 'parameters', 'left', 'saved', 'MACs', 'left', 'saved'];
  const stand =
    measure === undefined || measure === prune.measure
      ? ''
      : `\n\nWhat goes depends on ${prune.measure}, which reads data: here ${measure} stands in for it. Give --data to plan by ${prune.measure}.`;
  const more = uncounted
    ? `\n\nMultiply-accumulates (MACs) are at least so many: what ${firstOf(uncounted)} takes is not known.`
    : '';
  const steps = iterations.slice(1).map((title, i) => `${i + 1}. ${title}`);
  return `${table(header, rows)}\n\nIterations: ${steps.join(', ')}. ${count(before.bytes - after.bytes)} of ${count(before.bytes)} bytes of weights saved.${more}${stand}\n\nNothing was written.`;
}

function firstOf(names: readonly string[]): string {
  return names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
}

const NOTHING: Figures = { parameters: 0, macs: 0, bytes: 0 };

function saved(before: Figures, after: Figures): string[] {
  const share = (from: number, to: number): string => (from === 0 ? '' : percent(1 - to / from));
  return [
    count(before.parameters),
    count(after.parameters),
    share(before.parameters, after.parameters),
    count(before.macs),
    count(after.macs),
    share(before.macs, after.macs),
  ];
}
