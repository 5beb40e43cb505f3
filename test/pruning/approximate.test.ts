// Cuts that are not exact: channels that something is normalised over. Off unless a person allows them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BATCH } from '../../src/model/graph';
import type { Model } from '../../src/model/model';
import { float32Weight } from '../../src/model/weight';
import { GraphBuilder } from '../../src/ops/builder';
import { candidatesOf } from '../../src/pruning/candidates';
import { cut } from '../../src/pruning/cut';
import { planLayers } from '../../src/pruning/plan-widths';
import { outputFor } from '../run';
import { drawn } from '../tensors';

/** Dense 8, LayerNormalization over the 8, Dense 3. */
function normalised(): Model {
  const builder = new GraphBuilder();
  const weight = (name: string, shape: number[]): string =>
    builder.addWeight(float32Weight(name, shape, drawn(shape, name).data as Float32Array));
  const x = builder.addInput({ name: 'x', type: 'float32', shape: [BATCH, 4] });
  builder.layer = 'wide';
  const wide = builder.op('Gemm', [x, weight('wide/kernel', [4, 8]), weight('wide/bias', [8])]);
  builder.layer = 'norm';
  const scaled = [weight('norm/gamma', [8]), weight('norm/beta', [8])];
  const norm = builder.op('LayerNormalization', [wide, ...scaled], { axis: -1 });
  builder.layer = 'classes';
  builder.addOutput(builder.op('Gemm', [norm, weight('classes/kernel', [8, 3]), weight('classes/bias', [3])]));
  const layer = (name: string, inputs: string[], output: string, weights: string[]) => {
    return { name, type: 'Dense', inputs, output, channelsFirst: false, weights };
  };
  const graph = builder.build();
  return {
    name: 'normalised',
    graph,
    layers: [
      layer('wide', [x], wide, ['wide/kernel', 'wide/bias']),
      layer('norm', [wide], norm, scaled),
      layer('classes', [norm], graph.outputs[0]?.name ?? '', ['classes/kernel', 'classes/bias']),
    ],
    container: { format: 'tfjs', write: () => Promise.reject(new Error('made in a test')) },
    warnings: [],
  };
}

const RANKING = { reduction: 'mean', normalization: 'none' } as const;

test('channels that are normalised over stay, and it is said that only an approximate cut takes them', () => {
  const { layers, choices } = candidatesOf(normalised(), undefined, RANKING);
  const wide = layers.find(({ name }) => name === 'wide');
  assert.match(wide?.frozen ?? '', /LayerNormalization normalises over it \(an approximate cut can\)/);
  assert.equal(choices.length, 0);
});

test('where approximate cuts are allowed they go, and the network still runs', async () => {
  const model = normalised();
  const candidates = candidatesOf(model, undefined, RANKING, { approximate: true });
  const plan = planLayers(candidates, new Map([['wide', 5]]));
  assert.deepEqual(
    plan.cuts.map(({ layer, removed }) => [layer, removed.length]),
    [['wide', 3]],
  );
  const channel = [...plan.removed][0] as number;
  assert.match(plan.channels.approximate(channel) ?? '', /LayerNormalization/);
  const graph = cut(model.graph, plan.channels, plan.removed);
  assert.deepEqual(graph.weights.get('norm/gamma')?.shape, [5]);
  const result = await outputFor(graph, drawn([2, 4], 'samples'));
  assert.deepEqual(result.shape, [2, 3]);
});
