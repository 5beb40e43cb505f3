// The law that proves a cut: on any network, cutting channels gives what silencing them gives (cut ≡ mask).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Graph } from '../../src/model/graph';
import { analyseChannels, type Channels } from '../../src/pruning/channels';
import { cut, reorder } from '../../src/pruning/cut';
import { mask } from '../../src/pruning/mask';
import { random, shuffled } from '../../src/random';
import { outputFor } from '../run';
import { assertClose } from '../tensors';
import { networkOf, recipes, samplesFor } from './random-network';

/** All channels, in an order fixed by the seed. */
function shuffledChannels(channels: Channels, seed: number): number[] {
  const all = new Set(channels.axes.flatMap(({ value, axis }) => [...(channels.of(value, axis) ?? [])]));
  const list = [...all].sort((a, b) => a - b);
  return Array.from(shuffled(list.length, random('channels', seed)), (i) => list[i] as number);
}

/** About a share of the channels that can be cut, such that no axis loses its last element. */
function someToCut(channels: Channels, seed: number, share: number): Set<number> {
  const own = channels.axes.map(({ value, axis }) => [...(channels.of(value, axis) ?? [])]);
  const removed = new Set<number>();
  const source = random('share', seed);
  for (const channel of shuffledChannels(channels, seed)) {
    if (channels.frozen(channel) !== undefined || source.next() > share) continue;
    removed.add(channel);
    const emptied = own.some((axis) => axis.includes(channel) && axis.every((other) => removed.has(other)));
    if (emptied) removed.delete(channel);
  }
  return removed;
}

/** Elements in all weights. */
function parameters(graph: Graph): number {
  return [...graph.weights.values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

test('on random networks, cutting channels gives the outputs of silencing them', async () => {
  let cuts = 0;
  await fc.assert(
    fc.asyncProperty(recipes, fc.constantFrom(0.2, 0.5, 0.9), async (recipe, share) => {
      const { graph } = networkOf(recipe);
      const channels = analyseChannels(graph);
      const removed = someToCut(channels, recipe.seed, share);
      if (removed.size === 0) return;
      cuts++;
      const smaller = cut(graph, channels, removed);
      assert.ok(parameters(smaller) < parameters(graph));
      const samples = samplesFor(recipe);
      const expected = await outputFor(mask(graph, channels, removed), samples);
      assertClose(await outputFor(smaller, samples), expected, 1e-5, 'outputs');
    }),
    { numRuns: Number(process.env.RUNS ?? 300), seed: Number(process.env.SEED ?? 1) },
  );
  assert.ok(cuts > 150, `only ${cuts} of the networks had something to cut`);
});
