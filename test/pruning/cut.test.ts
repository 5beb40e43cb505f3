// The law that proves a cut: on any network, cutting channels gives what silencing them gives (cut ≡ mask).
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openModel } from '../../src/formats/open';
import type { Graph, Value } from '../../src/model/graph';
import type { Model } from '../../src/model/model';
import { analyseChannels, type Channels } from '../../src/pruning/channels';
import { cut, reorder } from '../../src/pruning/cut';
import { mask } from '../../src/pruning/mask';
import { random, shuffled } from '../../src/random';
import { outputFor } from '../run';
import { ARCHITECTURE_NAMES, smallArchitecture } from '../small-architecture';
import { assertClose, drawn } from '../tensors';
import { networkOf, recipes, samplesFor } from './random-network';
import { shuffledChannels, someToCut } from './some-to-cut';

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
      const smaller = cut(graph, channels, removed);
      assert.ok(parameters(smaller) <= parameters(graph));
      // Channels that a Pad adds may lie on no weight.
      if (parameters(smaller) < parameters(graph)) cuts++;
      const samples = samplesFor(recipe);
      const expected = await outputFor(mask(graph, channels, removed), samples);
      assertClose(await outputFor(smaller, samples), expected, 1e-5, 'outputs');
    }),
    { numRuns: 300, seed: 1 },
  );
  assert.ok(cuts > 150, `only ${cuts} of the networks had something to cut`);
});

test('on random networks, a frozen channel is refused with the reason', () => {
  let refused = 0;
  fc.assert(
    fc.property(recipes, (recipe) => {
      const { graph } = networkOf(recipe);
      const channels = analyseChannels(graph);
      const frozen = shuffledChannels(channels, recipe.seed).filter(
        (channel) => channels.frozen(channel) !== undefined,
      );
      for (const channel of frozen.slice(0, 5)) {
        const reason = channels.frozen(channel) as string;
        assert.ok(reason.length > 0);
        assert.throws(
          () => cut(graph, channels, new Set([channel])),
          (error: Error) => error.message.includes(reason),
        );
        refused++;
      }
    }),
    { numRuns: 100, seed: 3 },
  );
  assert.ok(refused > 300);
});

test('on random networks, the channels of inputs, outputs, batch and positions are frozen', () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const { graph } = networkOf(recipe);
      const channels = analyseChannels(graph);
      for (const { name, shape } of [...graph.inputs, ...graph.outputs]) {
        shape.forEach((_, axis) => {
          for (const channel of channels.of(name, axis) ?? []) assert.ok(channels.frozen(channel) !== undefined);
        });
      }
      for (const node of graph.nodes.filter(({ type }) => type === 'Conv')) {
        for (const axis of [2, 3]) {
          for (const value of [node.inputs[0] as string, node.inputs[1] as string, node.outputs[0] as string]) {
            for (const channel of channels.of(value, axis) ?? []) assert.ok(channels.frozen(channel) !== undefined);
          }
        }
      }
    }),
    { numRuns: 100, seed: 4 },
  );
});

test('cutting every channel of an axis is refused', () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const { graph } = networkOf(recipe);
      const channels = analyseChannels(graph);
      for (const [name, { shape }] of graph.weights) {
        shape.forEach((_, axis) => {
          const own = new Set(channels.of(name, axis));
          if ([...own].some((channel) => channels.frozen(channel) !== undefined)) return;
          assert.throws(() => cut(graph, channels, own), /would lose every element/);
        });
      }
    }),
    { numRuns: 50, seed: 5 },
  );
});

/** Channels that lie on the same axes as often as each other: those that can change places. */
function exchangeable(channels: Channels): number[][] {
  const places = new Map<number, Map<string, number>>();
  for (const { value, axis } of channels.axes) {
    for (const channel of channels.of(value, axis) ?? []) {
      const own = places.get(channel) ?? new Map<string, number>();
      places.set(channel, own.set(`${value} ${axis}`, (own.get(`${value} ${axis}`) ?? 0) + 1));
    }
  }
  const groups = new Map<string, number[]>();
  for (const [channel, own] of places) {
    if (channels.frozen(channel) !== undefined) continue;
    const key = JSON.stringify([...own]);
    groups.set(key, [...(groups.get(key) ?? []), channel]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

test('on random networks, putting channels into another order changes no output', async () => {
  let moves = 0;
  await fc.assert(
    fc.asyncProperty(recipes, async (recipe) => {
      const { graph } = networkOf(recipe);
      const channels = analyseChannels(graph);
      const moved = new Map<number, number>();
      for (const group of exchangeable(channels)) {
        const order = shuffled(group.length, random('order', recipe.seed));
        group.forEach((channel, i) => {
          moved.set(channel, group[order[i] as number] as number);
        });
      }
      if (moved.size === 0) return;
      moves++;
      const samples = samplesFor(recipe);
      const reordered = reorder(graph, channels, moved);
      assertClose(await outputFor(reordered, samples), await outputFor(graph, samples), 1e-5, 'outputs');
    }),
    { numRuns: 150, seed: 6 },
  );
  assert.ok(moves > 75, `only ${moves} of the networks had channels to move`);
});

/** Cuts a share of all channels, and compares with the same ones silenced. */
async function assertLaw(model: Model): Promise<void> {
  const { graph } = model;
  const channels = analyseChannels(graph);
  const removed = someToCut(channels, 1, 0.5);
  assert.ok(removed.size > 20);
  const [, ...sample] = (graph.inputs[0] as Value).shape.map(Number);
  const samples = drawn([2, ...sample], 'samples');
  const expected = await outputFor(mask(graph, channels, removed), samples);
  assertClose(await outputFor(cut(graph, channels, removed), samples), expected, 1e-5, model.name);
}

for (const name of ARCHITECTURE_NAMES) {
  test(`on ${name}, cutting channels gives the outputs of silencing them`, () => assertLaw(smallArchitecture(name)));
}

/** Where the real models lie: outside of the repository. */
const SHARED = '../shared/models/tfjs';

for (const name of ['doodlenet', 'fashion-mlp', 'abalone', 'tfjs-classification-demo']) {
  const source = join(SHARED, name);
  const skip = existsSync(source) ? false : `${source} is not there`;
  test(`on ${name}, cutting channels gives the outputs of silencing them`, { skip }, async () =>
    assertLaw(await openModel(source)),
  );
}
