// Two models held against each other on data: by every output that the data have a target for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset, Split } from '../../src/data/dataset';
import { float32 } from '../../src/model/tensor';
import { random } from '../../src/random';
import { testModels } from '../../src/session/compare';
import { ourModel } from '../layers-model';
import { engine } from '../run';
import { classTarget, splitOf } from '../split';
import { tf } from '../tensorflow';

const COUNT = 300;

/** Numbers x: one output says whether it is above 0, the other its double. */
function model(slope: number, factor: number) {
  const input = tf.input({ shape: [1], name: 'x' });
  const heads = [
    tf.layers.dense({ units: 1, activation: 'sigmoid', name: 'sign' }),
    tf.layers.dense({ units: 1, name: 'double' }),
  ];
  const outputs = heads.map((head) => head.apply(input) as tf.SymbolicTensor);
  const made = tf.model({ inputs: input, outputs });
  for (const [i, weight] of [slope, factor].entries())
    heads[i]?.setWeights([tf.tensor2d([[weight]]), tf.tensor1d([0])]);
  return ourModel(made);
}

function data(): Dataset {
  const source = random('compare');
  const x = Float32Array.from({ length: COUNT }, () => 2 * source.next() - 1);
  const sign = classTarget(Int32Array.from(x, (value) => (value > 0 ? 1 : 0)));
  const split: Split = {
    ...splitOf(float32([COUNT, 1], x)),
    targets: [
      { ...sign, name: 'sign', output: 0 },
      {
        kind: 'values',
        name: 'double',
        output: 1,
        shape: [1],
        async read(indices, out) {
          for (let i = 0; i < indices.length; i++) out[i] = 2 * (x[indices[i] as number] as number);
        },
      },
    ],
  };
  return { name: 'numbers', inputs: split.inputs, train: split, validation: split, test: split, notes: [] };
}

test('what is lost at an output that does not judge is said too', async () => {
  const [good, bad] = [await model(1, 2), await model(1, 1)];
  const tested = await testModels(good, bad, data(), engine, { seed: 1 });
  assert.deepEqual([tested.target, tested.pValue, tested.scores], ['sign', 1, [1, 1]]);
  const [other, ...more] = tested.others;
  assert.equal(more.length, 0);
  assert.equal(other?.target, 'double');
  assert.ok(other.pValue < 0.001 && other.scores[0] < 1e-6 && other.scores[1] > 0.1);
  assert.match(other.words, /^By "double", on 300 test samples .*a significant rise of the mean squared error/);
  const asked = await testModels(good, bad, { ...data(), output: 'double' }, engine, { seed: 1 });
  assert.deepEqual([asked.target, asked.others.map(({ target }) => target)], ['double', ['sign']]);
});
