// Time to analyse and plan a network of many nodes, and to predict what another plan on it would cost (a slider moved).
import type { Model } from '../src/model/model';
import { costOf } from '../src/ops/cost';
import { candidatesOf } from '../src/pruning/candidates';
import { analyseChannels } from '../src/pruning/channels';
import { layerChannels } from '../src/pruning/layer-channels';
import { planTarget } from '../src/pruning/plan-target';
import { costPredictor, goneOf } from '../src/pruning/predict';
import type { LayerRelevance } from '../src/pruning/relevance/score';
import { deepNetwork } from './deep-network';
import { median } from './measure';

const ROUNDS = 7;

function timed(run: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return median(times.sort((a, b) => a - b));
}

const RANKING = { reduction: 'mean', normalization: 'mean' } as const;

function scoresOf(model: Model): LayerRelevance[] {
  return layerChannels(model, analyseChannels(model.graph)).map(({ name, channels }) => ({
    layer: name,
    observations: 0,
    scores: Float64Array.from(channels, (_, i) => (i * 7919) % channels.length),
  }));
}

console.log('\nAnalyse a network and plan half of its parameters away; predict another plan on it');
for (const [name, blocks] of [
  ['as MobileNetV2', 17],
  ['1,000 nodes', 111],
] as const) {
  const make = (): Model => deepNetwork(blocks);
  const model = make();
  const scores = scoresOf(model);
  const { parameters } = costOf(model);
  const target = { figure: 'parameters', limit: parameters / 2 } as const;
  // A new model each round: nothing is known of it yet.
  const models = Array.from({ length: ROUNDS }, make);
  const all = timed(() => {
    const fresh = models.pop() ?? model;
    planTarget(fresh, candidatesOf(fresh, scores, RANKING), target);
  });
  const candidates = candidatesOf(model, scores, RANKING);
  const again = timed(() => planTarget(model, candidatesOf(model, scores, RANKING), target));
  const predict = costPredictor(model, candidates.channels, candidates.families);
  const { removed } = planTarget(model, candidates, target);
  const gone = goneOf(candidates.families, removed);
  const one = timed(() => predict(gone));
  const nodes = model.graph.nodes.length.toLocaleString('en');
  const ms = (value: number): string => `${value.toFixed(1).padStart(6)} ms`;
  console.log(
    `  ${name.padEnd(15)} ${nodes.padStart(6)} nodes, ${parameters.toLocaleString('en').padStart(10)} parameters: analyse and plan ${ms(all)}, plan again ${ms(again)}, predict ${ms(one)}`,
  );
}
