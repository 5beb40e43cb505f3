// Sessions on every kind of target: what is trained on it, judged by it, and said of it.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { random } from '../../src/random';
import { makeRecipe } from '../../src/session/recipe';
import type { SessionRecord } from '../../src/session/record';
import { runSession, type SessionEvent } from '../../src/session/session';
import { inFolder } from '../data/folder';
import { refusal } from '../data/read';
import { randomise, saveToFolder } from '../layers-model';
import { tf } from '../tensorflow';

const ROWS = 300;

/** Rows of two numbers, with a value, a class and two answers that follow from them. */
function table(): string {
  const source = random('table');
  const lines = Array.from({ length: ROWS }, () => {
    const [a, b] = [source.next(), source.next()];
    return [a, b, 3 * a - 2 * b + 1, a > b ? 'more' : 'less', a > 0.5 ? 1 : 0, b > 0.5 ? 1 : 0].join(',');
  });
  return ['a,b,value,class,first,second', ...lines].join('\n');
}

function network(units: number, activation: 'linear' | 'sigmoid' | 'softmax'): tf.LayersModel {
  return randomise(
    tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [2], units: 12, activation: 'relu', name: 'hidden' }),
        tf.layers.dense({ units, activation, name: 'out' }),
      ],
    }),
    3,
  );
}

interface Given {
  readonly model: tf.LayersModel;
  readonly data: Record<string, unknown>;
  readonly retrain?: Record<string, unknown>;
  readonly more?: Record<string, unknown>;
}

async function session(
  { model, data, retrain, more }: Given,
  onEvent?: (event: SessionEvent) => void,
): Promise<SessionRecord> {
  let record: SessionRecord | undefined;
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'table.csv'), table());
    const recipe = makeRecipe(
      {
        model: await saveToFolder(model, join(folder, 'model')),
        data: { source: 'table.csv', inputs: ['a', 'b'], ...data },
        prune: { method: 'ratio', ratio: 0.5, iterations: 1, measure: 'l1' },
        retrain: { epochs: 30, batch: 16, optimizer: 'adam', learningRate: 0.01, weightDecay: 0, ...retrain },
        threads: 1,
        ...more,
      },
      folder,
      'The test',
    );
    record = await runSession(recipe, { sessions: join(folder, 'sessions'), ...(onEvent && { onEvent }) });
  });
  return record as SessionRecord;
}

test('a value is regressed on: the error falls by retraining, and the lower the better', async () => {
  const { iterations } = await session({ model: network(1, 'linear'), data: { targets: ['value'] } });
  const [original, pruned] = iterations;
  assert.ok(original && pruned);
  assert.deepEqual(pruned.metric, { name: 'mse', title: 'mean squared error', better: 'lower', unit: 'number' });
  assert.ok(pruned.score < 0.1 * (pruned.scoreAfterCut ?? 0), `${pruned.scoreAfterCut} to ${pruned.score}`);
  assert.ok(pruned.score < original.score && (pruned.pValue ?? 0) > 0.9);
  const [low, high] = pruned.interval;
  assert.ok(low < pruned.score && pruned.score < high);
});

test('the recipe chooses loss and metric', async () => {
  const { iterations } = await session({
    model: network(1, 'linear'),
    data: { targets: ['value'] },
    retrain: { loss: 'huber' },
    more: { metric: 'r2' },
  });
  assert.equal(iterations[1]?.metric.name, 'r2');
  assert.ok((iterations[1]?.score ?? 0) > 0.8, `R² ${iterations[1]?.score}`);
});

test('a class is told by one sigmoid or by a score for each', async () => {
  for (const model of [network(1, 'sigmoid'), network(2, 'softmax')]) {
    const { iterations } = await session({ model, data: { targets: ['class'] } });
    assert.equal(iterations[1]?.metric.name, 'accuracy');
    assert.ok((iterations[1]?.score ?? 0) > 0.9, `accuracy ${iterations[1]?.score}`);
  }
});

test('several answers at once are each a yes or no', async () => {
  const data = { targets: [{ from: ['first', 'second'] }] };
  const { iterations } = await session({ model: network(2, 'sigmoid'), data });
  // One of the two is always right by chance in rows of one 1 alone: those are classes only if all rows are.
  assert.equal(iterations[1]?.metric.name, 'binary-accuracy');
  assert.ok((iterations[1]?.score ?? 0) > 0.9, `binary accuracy ${iterations[1]?.score}`);
});

test('of two outputs the one with a target is trained, and it is said of the other', async () => {
  const input = tf.input({ shape: [2], name: 'input' });
  const hidden = tf.layers.dense({ units: 12, activation: 'relu', name: 'hidden' }).apply(input) as tf.SymbolicTensor;
  const outputs = ['value', 'other'].map(
    (name) => tf.layers.dense({ units: 1, name }).apply(hidden) as tf.SymbolicTensor,
  );
  const model = randomise(tf.model({ inputs: input, outputs }), 5);
  const notes: string[] = [];
  const { iterations } = await session({ model, data: { targets: ['value'] } }, (event) => {
    if (event.type === 'note') notes.push(event.text);
  });
  assert.ok((iterations[1]?.score ?? 1) < 0.05);
  assert.match(notes.join(), /no target for the output "other": it is neither trained on nor tested/);
});

test('what does not suit is refused before anything runs', async () => {
  const refused = (given: Given): Promise<string> => refusal(session(given));
  assert.match(
    await refused({ model: network(1, 'linear'), data: { targets: ['value'] }, more: { metric: 'accuracy' } }),
    /metric accuracy does not suit the target "value".*choose mse, mae or r2/,
  );
  assert.match(
    await refused({ model: network(3, 'softmax'), data: { targets: ['class'] } }),
    /there are 2 classes \(less, more\), the model has 3 outputs/,
  );
  assert.match(
    await refused({ model: network(1, 'linear'), data: { targets: [{ from: 'value', to: 'price' }] } }),
    /The model has no output "price"/,
  );
  assert.match(
    await refused({ model: network(1, 'linear'), data: { targets: ['value'], augment: { flip: true } } }),
    /no input is one: leave them out/,
  );
});

/** Sentences of words up to `words`, of the class that their first word says. */
function sentences(words: number): string {
  const source = random('sentences');
  return Array.from({ length: 200 }, () => {
    const list = Array.from({ length: 2 + Math.floor(4 * source.next()) }, () => 1 + Math.floor(words * source.next()));
    return JSON.stringify({ words: list, tone: (list[0] ?? 0) > 5 ? 'good' : 'bad' });
  }).join('\n');
}

async function reading(words: number): Promise<SessionRecord> {
  const model = randomise(
    tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 11, outputDim: 6, inputLength: 5, name: 'embedding' }),
        tf.layers.flatten({ name: 'flatten' }),
        tf.layers.dense({ units: 16, activation: 'relu', name: 'hidden' }),
        tf.layers.dense({ units: 2, activation: 'softmax', name: 'out' }),
      ],
    }),
    6,
  );
  let record: SessionRecord | undefined;
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'sentences.jsonl'), sentences(words));
    const recipe = makeRecipe(
      {
        model: await saveToFolder(model, join(folder, 'model')),
        data: { source: 'sentences.jsonl', targets: ['tone'], sequence: { length: 5, padding: 'after' } },
        prune: { method: 'ratio', ratio: 0.5, iterations: 1, measure: 'l1', layers: ['hidden'] },
        retrain: { epochs: 20, batch: 16, optimizer: 'adam', learningRate: 0.02, weightDecay: 0 },
        threads: 1,
      },
      folder,
      'The test',
    );
    record = await runSession(recipe, { sessions: join(folder, 'sessions') });
  });
  return record as SessionRecord;
}

test('sentences of different lengths are read by an embedding', async () => {
  const { iterations } = await reading(10);
  assert.ok((iterations[1]?.score ?? 0) > 0.9, `accuracy ${iterations[1]?.score}`);
});

test('a word that the embedding has no row for is said in a sentence', async () => {
  assert.match(
    await refusal(reading(40)),
    /sentences: ".*" holds \d+, and the model's embedding has rows for whole numbers from 0 to 10/,
  );
});

test('a model that does no better than guessing is doubted, and so are few test samples', async () => {
  const warnings: string[] = [];
  const colours = ['red', 'green', 'blue', 'black'];
  const rows = Array.from({ length: 120 }, (_, i) => `${i},${i + 1},${colours[i % 4]}`);
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'table.csv'), ['a,b,colour', ...rows].join('\n'));
    const recipe = makeRecipe(
      {
        model: await saveToFolder(network(4, 'softmax'), join(folder, 'model')),
        data: { source: 'table.csv', targets: ['colour'] },
        prune: { method: 'ratio', ratio: 0.5, iterations: 1, measure: 'l1' },
        retrain: { epochs: 0 },
      },
      folder,
      'The test',
    );
    await runSession(recipe, {
      sessions: join(folder, 'sessions'),
      onEvent: (event) => event.type === 'warning' && warnings.push(event.text),
    });
    const until = { ...recipe, until: 'significant' };
    assert.match(
      await refusal(runSession(until, { sessions: join(folder, 'others'), out: join(folder, 'other') })),
      /decides on 10 validation samples.*It takes 50 to notice a loss of 10 %, 250 for one of 2 %: .*(?:--validation 0\.\d+|use more data, as these are \d+)/,
    );
  });
  assert.match(warnings.join('\n'), /as guessing would be: check that values are scaled/);
  assert.match(warnings.join('\n'), /on 20 test samples no loss below 25 % can be told from chance: it takes 250/);
});

test('two inputs get the columns that the recipe says, each scaled by itself', async () => {
  const [left, right] = ['left', 'right'].map((name) => tf.input({ shape: [1], name })) as [
    tf.SymbolicTensor,
    tf.SymbolicTensor,
  ];
  const sides = [left, right].map(
    (side, i) => tf.layers.dense({ units: 8, activation: 'relu', name: `side_${i}` }).apply(side) as tf.SymbolicTensor,
  );
  const both = tf.layers.concatenate({ name: 'both' }).apply(sides) as tf.SymbolicTensor;
  const out = tf.layers.dense({ units: 1, name: 'value' }).apply(both) as tf.SymbolicTensor;
  const model = randomise(tf.model({ inputs: [left, right], outputs: out }), 8);
  const inputs = [
    { from: 'b', to: 'right', mean: 0.5 },
    { from: ['a'], to: 'left', scale: 2 },
  ];
  const { iterations } = await session({ model, data: { targets: ['value'], inputs } });
  assert.ok((iterations[1]?.score ?? 1) < 0.01, `mean squared error ${iterations[1]?.score}`);
});

test('where retraining does harm, the weights stay as the cut left them, and it is said', async () => {
  let pruned: SessionRecord['iterations'][number] | undefined;
  const learn = async (learningRate: number): Promise<string> => {
    const warnings: string[] = [];
    const prune = { method: 'ratio', ratio: 0.5, iterations: 3, measure: 'l1' };
    const given = { data: { targets: ['value'] }, retrain: { epochs: 1, learningRate }, more: { prune } };
    const listen = (event: SessionEvent) => event.type === 'warning' && warnings.push(event.text);
    [, pruned] = (await session({ model: perfect(), ...given }, listen)).iterations;
    return warnings.join('\n');
  };
  assert.match(
    await learn(1),
    /retraining made it worse, test mean squared error .* kept as the cut left them .* --learning-rate than 1 \(adam[\s\S]*than 0\.25 \(adam/,
  );
  assert.equal(pruned?.score, pruned?.scoreAfterCut);
  assert.doesNotMatch(await learn(1e-30), /retraining/);
});

/** Knows the value, by two neurons of its twelve alone. */
function perfect(): tf.LayersModel {
  const model = network(1, 'linear');
  const kernel = Array.from({ length: 2 }, (_, row) =>
    Array.from({ length: 12 }, (_, column) => (column > 1 ? 1e-3 : row === column ? 1 : 0)),
  );
  model.layers[0]?.setWeights([tf.tensor2d(kernel), tf.zeros([12])]);
  model.layers[1]?.setWeights([tf.tensor2d([3, -2, ...new Array(10).fill(0)], [12, 1]), tf.tensor1d([1])]);
  return model;
}

test('few steps of training are said to be few, with the epochs that would do', async () => {
  const notes: string[] = [];
  const given = { model: network(1, 'linear'), data: { targets: ['value'] }, retrain: { epochs: 2, batch: 64 } };
  await session(given, (event) => {
    if (event.type === 'note') notes.push(event.text);
  });
  // A sixth of 300 rows is for testing, a tenth of the others for validation.
  assert.ok(
    notes.some((note) => /^6 steps of training .*: --epochs 34 .* makes them 102$/.test(note)),
    notes.join('\n'),
  );
});

test('a layer that no engine runs is named before the data are read, which are never right for it', () =>
  inFolder(async (folder) => {
    const model = await saveToFolder(network(1, 'linear'), join(folder, 'model'));
    const json = await readFile(model, 'utf8');
    await writeFile(model, json.replace('"class_name":"Dense"', '"class_name":"TextVectorization"'));
    const recipe = makeRecipe({ model, data: { source: 'texts.csv' } }, folder, 'The test');
    const said = await refusal(runSession(recipe, { sessions: join(folder, 'sessions') }));
    assert.match(
      said,
      /^No engine can run TextVectorization \(layer "hidden"\)\. It prepares the data: save the numbers/,
    );
  }));
