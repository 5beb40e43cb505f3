// A model that does badly because its data is fed, or its classes are numbered, otherwise than it knows them: what is said.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { evaluate } from '../../src/evaluation/evaluate';
import { loadValues } from '../../src/model/values';
import type { DataChoice } from '../../src/protocol/recipe-file';
import { random } from '../../src/random';
import { openFittedData } from '../../src/session/data';
import { suspicion } from '../../src/session/judge';
import { inFolder } from '../data/folder';
import { refusal } from '../data/read';
import { ourModel } from '../layers-model';
import { engine } from '../run';
import { tf } from '../tensorflow';

/** Rows of two numbers from 0 to 1, and whether the first, and which of them, is larger. */
function table(): string {
  const source = random('suspicions');
  const rows = Array.from({ length: 400 }, () => {
    const [a, b] = [source.next(), source.next()];
    return [a, b, a > 0.5 ? 1 : 0, a > b ? 'more' : 'less', b > 0.94 ? 1 : 0].join(',');
  });
  return ['a,b,large,class,rare', ...rows].join('\n');
}

/** A model that says yes where a·x + b·y + bias is above 0. */
function linear(a: number, b: number, bias: number) {
  const layer = tf.layers.dense({ inputShape: [2], units: 1, activation: 'sigmoid' });
  const model = tf.sequential({ layers: [layer] });
  layer.setWeights([tf.tensor2d([a, b], [2, 1]), tf.tensor1d([bias])]);
  return ourModel(model);
}

async function suspected(model: ReturnType<typeof linear>, fields: Omit<DataChoice, 'source'>): Promise<string> {
  let said = '';
  await inFolder(async (folder) => {
    const source = join(folder, 'table.csv');
    await writeFile(source, table());
    const choice = { source, inputs: ['a', 'b'], test: 0.5, ...fields };
    const own = await model;
    const data = await openFittedData(choice, 1, own);
    const test = await evaluate(engine, own.graph, await loadValues(own.graph), data.test);
    said = (await suspicion(own, data, choice, engine, test)) ?? '';
  });
  return said;
}

test('what does better with values of another range, or standardised, is told how to be fed', async () => {
  assert.match(
    await suspected(linear(1, 0, -127.5), { targets: ['large'] }),
    /values from 0 to 255 it would be 100\.00 %: --scale 255 /,
  );
  assert.match(
    await suspected(linear(1, 0, 0), { targets: ['large'] }),
    /with values from -1 to 1 it .*--scale 2 --mean 1 |standard|mean of each column/,
  );
  assert.equal(await suspected(linear(1, 0, -0.5), { targets: ['large'] }), '', 'it does well');
  assert.equal(await suspected(linear(1, 0, -127.5), { targets: ['large'], scale: 1 }), '', 'someone said so');
  assert.equal(await suspected(linear(0, 0, -1), { targets: ['large'] }), '', 'no way is better');
});

test('where one class is that common, being right mostly is no reason to suspect nothing, and more samples settle it', async () => {
  assert.match(
    await suspected(linear(0, 1, -0.94 * 255), { targets: ['rare'] }),
    /on 200 test samples is 9\d\.\d+ %; with values from 0 to 255 it would be 100\.00 %: --scale 255 /,
  );
  assert.equal(await suspected(linear(0, 1, -0.94), { targets: ['rare'] }), '', 'it does well');
});

test('classes that the model numbers otherwise are told their order, and taken in it', async () => {
  const reversed = linear(-1, 1, 0);
  assert.match(
    await suspected(reversed, { targets: ['class'] }),
    /right on 0 % .*order less, more, and on 100 % .*--classes "more,less"/,
  );
  assert.equal(await suspected(reversed, { targets: ['class'], classes: ['more', 'less'] }), '');
  assert.equal(await suspected(linear(1, -1, 0), { targets: ['class'] }), '');
});

test('names of classes that are not those of the data are refused', async () => {
  const model = linear(1, -1, 0);
  for (const [classes, targets, says] of [
    [['more'], ['class'], /leaves out "less"/],
    [['more', 'less', 'less'], ['class'], /names a class twice/],
    [['yes', 'no'], ['large'], /classes without names/],
    [2, ['class'], /--classes "less,more"/],
  ] as const) {
    assert.match(await refusal(suspected(model, { targets, classes })), says);
  }
});
