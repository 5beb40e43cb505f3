// Models that Keras 3 (.keras), Keras 2 and 1 (.h5) saved, with what they compute: read, cut, written and read again.
// Beside each file lies a JSON of its inputs and of Keras' outputs.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/errors';
import { openModel } from '../../src/formats/open';
import type { Graph } from '../../src/model/graph';
import type { Model } from '../../src/model/model';
import { float32, type Tensor } from '../../src/model/tensor';
import { loadValues } from '../../src/model/values';
import { float32Weight, type Weight, weightValues } from '../../src/model/weight';
import { analyseChannels, type Channels } from '../../src/pruning/channels';
import { cut } from '../../src/pruning/cut';
import { layerChannels } from '../../src/pruning/layer-channels';
import { mask } from '../../src/pruning/mask';
import { cutWithinUnits, findMaxouts } from '../../src/pruning/maxout';
import { inFolder } from '../data/folder';
import { engine } from '../run';
import { assertClose } from '../tensors';

const FIXTURES = join('test', 'fixtures', 'keras');

const FILES = [
  { file: 'nested.keras', shows: 'a functional model and a Sequential as layers of another' },
  { file: 'attention.keras', shows: 'attention of eight heads, an addition written as x + y' },
  { file: 'group-normalization.keras', shows: 'groups of channels' },
  { file: 'bfloat16.keras', shows: 'weights of a type that HDF5 does not have' },
  { file: 'convolutional-lstm.h5', shows: 'recurrent layers over images' },
  { file: 'keras-1.h5', shows: 'the names of Keras 1, a weight for each gate' },
  { file: 'categories.keras', shows: 'numbers looked up, counted and put in ranges' },
  { file: 'adapted.keras', shows: 'numbers looked up in vocabularies that lie beside the config' },
  { file: 'functions.keras', shows: 'operations that split, stack, index, choose and multiply, and constants' },
  { file: 'functions-of-tensorflow.h5', shows: 'the same as Keras 2 keeps them' },
  { file: 'nodes-of-tensorflow.h5', shows: "TensorFlow's operators as TensorFlow 2.1 to 2.3 kept them among layers" },
  { file: 'masked-attention.keras', shows: 'attention over padded steps, over those before, over those a mask names' },
  { file: 'operations.keras', shows: 'operations among layers, and an LSTM' },
  { file: 'padded-channels.keras', shows: 'shortcuts padded to as many channels as they meet' },
  { file: 'widths.keras', shows: 'widths that a config states in places of its own, attention over images' },
  { file: 'spectral-normalization.keras', shows: 'a kernel that is stored twice' },
  { file: 'masked-bidirectional.h5', shows: 'recurrent layers in both directions over masked steps' },
  { file: 'cudnn.h5', shows: 'CuDNNLSTM and CuDNNGRU, alone and in both directions' },
  { file: 'maxout-and-highway.h5', shows: 'MaxoutDense and Highway of Keras 1' },
  { file: 'activations.keras', shows: 'activation functions, element by element' },
  { file: 'activation-operations.keras', shows: 'the same as operations, with settings of their own' },
  { file: 'one-input.keras', shows: 'sums and products of one input, a mean of all channels' },
  { file: 'masked-softmax.keras', shows: 'a softmax of what a mask leaves' },
  { file: 'adaptive-pooling.keras', shows: 'windows that overlap, as many as are asked for' },
  { file: 'axes.keras', shows: 'softmax and normalisation over several axes, over axes that are not the last' },
  { file: 'augmentation.keras', shows: 'random layers, alone and in a Pipeline, and images made larger' },
  { file: 'lines.keras', shows: 'layers over sequences' },
  { file: 'pooled-images.keras', shows: 'windows of as many positions as are asked for, statistics among the weights' },
  { file: 'volumes.keras', shows: 'layers over volumes' },
  { file: 'convolutional-lstm-1-3.keras', shows: 'recurrent layers over lines and volumes' },
  { file: 'shared.h5', shows: 'layers that are called twice, two outputs' },
];

interface Recorded {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

async function recorded(file: string): Promise<Recorded> {
  const json = JSON.parse(await readFile(join(FIXTURES, `${file}.json`), 'utf8'));
  const tensors = (list: { shape: number[]; data: number[] }[]): Tensor[] =>
    list.map(({ shape, data }) => float32(shape, Float32Array.from(data)));
  return { inputs: tensors(json.inputs), outputs: tensors(json.outputs) };
}

async function run(graph: Graph, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const program = await engine.compile(graph, await loadValues(graph));
  try {
    const made = await program.run(Object.fromEntries(graph.inputs.map(({ name }, i) => [name, inputs[i] as Tensor])));
    return graph.outputs.map(({ name }) => made[name] as Tensor);
  } finally {
    await program.dispose();
  }
}

/** The first channel of every layer that can lose one. */
function someOf(model: Model): { channels: Channels; removed: Set<number> } {
  const channels = analyseChannels(model.graph);
  const layers = layerChannels(model, channels).filter(({ frozen }) => frozen === undefined);
  const removed = new Set(
    layers.flatMap(({ channels: own }) =>
      own.length > 1 ? [...own].filter((c) => !channels.frozen(c)).slice(0, 1) : [],
    ),
  );
  return { channels, removed };
}

/** The model without them. */
function narrower(model: Model): Model {
  const { channels, removed } = someOf(model);
  return { ...model, graph: cut(model.graph, channels, removed) };
}

for (const { file, shows } of FILES) {
  test(`${file} (${shows}): our outputs are those of Keras`, async () => {
    const { inputs, outputs } = await recorded(file);
    const model = await openModel(join(FIXTURES, file));
    const made = await run(model.graph, inputs);
    assert.equal(made.length, outputs.length);
    made.forEach((tensor, i) => {
      assertClose(tensor, outputs[i] as Tensor, 1e-4, `output ${i}`);
    });
  });

  test(`${file}: cut, it computes what it does with those channels masked`, async () => {
    const { inputs } = await recorded(file);
    const model = await openModel(join(FIXTURES, file));
    const { channels, removed } = someOf(model);
    const masked = await run(mask(model.graph, channels, removed), inputs);
    (await run(cut(model.graph, channels, removed), inputs)).forEach((tensor, i) => {
      assertClose(tensor, masked[i] as Tensor, 1e-5, `output ${i}`);
    });
  });

  test(`${file} comes back in its own format, whole and cut`, () =>
    inFolder(async (folder) => {
      const { inputs } = await recorded(file);
      const model = await openModel(join(FIXTURES, file));
      for (const [name, own] of [
        ['same', model],
        ['narrower', narrower(model)],
      ] as const) {
        const again = await openModel(await own.container.write(own, join(folder, name)));
        assert.equal(again.container.format, model.container.format);
        assert.deepEqual(
          again.layers.map((layer) => layer.name),
          model.layers.map((layer) => layer.name),
        );
        const [before, after] = [await run(own.graph, inputs), await run(again.graph, inputs)];
        before.forEach((tensor, i) => {
          assertClose(after[i] as Tensor, tensor, 1e-6, `${name}, output ${i}`);
        });
      }
    }));

  test(`${file} cut short anywhere is refused in one sentence`, () =>
    inFolder(async (folder) => {
      const bytes = await readFile(join(FIXTURES, file));
      for (const share of [0.02, 0.3, 0.6, 0.95]) {
        const path = join(folder, file);
        await writeFile(path, bytes.subarray(0, Math.floor(bytes.length * share)));
        // What is missing may be weights, which are read when they are asked for.
        await assert.rejects(
          openModel(path).then(({ graph }) => loadValues(graph)),
          UserError,
        );
      }
    }));
}

test('no layer of these files is opaque', async () => {
  for (const { file } of FILES) {
    const { warnings } = await openModel(join(FIXTURES, file));
    assert.deepEqual(
      warnings.filter((warning) => /opaque/.test(warning)),
      [],
      file,
    );
  }
});

test('of a MaxoutDense whole units are cut, of a Highway what it reads', async () => {
  const model = await openModel(join(FIXTURES, 'maxout-and-highway.h5'));
  const prunable = layerChannels(model, analyseChannels(model.graph)).filter(({ frozen }) => frozen === undefined);
  assert.deepEqual(
    prunable.map(({ name }) => name),
    ['first', 'highway/kernel', 'highway/W_carry', 'maxout', 'without_bias/kernel', 'without_bias/W_carry', 'maxout_2'],
  );
});

test('of a MaxoutDense every unit can lose neurons of its own, down to one, and is written back as one', () =>
  inFolder(async (folder) => {
    const { inputs } = await recorded('maxout-and-highway.h5');
    const model = await openModel(join(FIXTURES, 'maxout-and-highway.h5'));
    const kept = (unit: number, neurons: number): number => (unit * 7 + 1) % neurons;
    let narrow = model;
    const weights = new Map(model.graph.weights);
    for (const maxout of findMaxouts(model)) {
      const { units, neurons, layer } = maxout;
      const all = Array.from({ length: units * neurons }, (_, i) => i);
      const stays = (i: number): boolean => i % neurons === kept(Math.floor(i / neurons), neurons);
      narrow = cutWithinUnits(narrow, maxout, new Set(all.filter((i) => !stays(i))));
      // The maximum of equal neurons is that of one.
      for (const name of layer.weights) {
        const weight = weights.get(name) as Weight;
        const values = await weightValues(weight);
        const same = values.map((_, i) => {
          const unit = Math.floor((i % all.length) / neurons);
          return values[i - (i % all.length) + unit * neurons + kept(unit, neurons)] as number;
        });
        weights.set(name, float32Weight(name, weight.shape, same));
      }
    }
    const expected = await run({ ...model.graph, weights }, inputs);
    const again = await openModel(await narrow.container.write(narrow, join(folder, 'narrow')));
    assert.deepEqual(
      again.layers.map(({ type }) => type),
      model.layers.map(({ type }) => type),
    );
    assert.deepEqual(findMaxouts(again), []);
    for (const { graph } of [narrow, again]) {
      assertClose((await run(graph, inputs))[0] as Tensor, expected[0] as Tensor, 1e-6, 'outputs');
    }
  }));

test('of channels that are normalised in groups, whole groups can be cut', async () => {
  const { graph } = await openModel(join(FIXTURES, 'group-normalization.keras'));
  const channels = analyseChannels(graph);
  const gamma = [...graph.weights.values()].find(({ name }) => name.endsWith('gamma'));
  const own = channels.of(gamma?.name ?? '', 0) ?? [];
  assert.ok([...own].every((channel) => channels.frozen(channel) === undefined));
  assert.ok(new Set(own).size < own.length);
});

test('both directions of a Bidirectional stay as wide as each other, whatever is cut of one', async () => {
  const { graph } = await openModel(join(FIXTURES, 'masked-bidirectional.h5'));
  const channels = analyseChannels(graph);
  const recurrent = [...graph.weights.keys()].filter((name) => /recurrent_kernel/.test(name));
  const [forward, backward] = recurrent.map((name) => channels.of(name, 0));
  assert.ok(forward !== undefined);
  assert.deepEqual(forward, backward);
});
