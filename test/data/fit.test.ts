import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset, Split } from '../../src/data/dataset';
import { checkFit } from '../../src/data/fit';
import { UserError } from '../../src/errors';

function dataset(
  shape: readonly number[],
  counts: { train?: number; validation?: number; test?: number } = {},
): Dataset {
  const split = (count: number): Split => ({ count, labels: new Int32Array(count), read: async () => undefined });
  const { train = 10, validation = 0, test = 5 } = counts;
  return { name: 'set', shape, classes: 10, train: split(train), validation: split(validation), test: split(test) };
}

type Shape = readonly (number | null)[];

function accepts(sample: readonly number[], inputShape: Shape): void {
  checkFit(dataset(sample), { inputShape, outputs: 10 });
}

function refuses(sample: readonly number[], inputShape: Shape, says: RegExp): void {
  assert.throws(
    () => checkFit(dataset(sample), { inputShape, outputs: 10 }),
    (error: unknown) => error instanceof UserError && says.test(error.message),
    `${sample} in ${inputShape}`,
  );
}

test('an input of the same shape fits, and a null axis takes any length', () => {
  accepts([28, 28, 1], [28, 28, 1]);
  accepts([28, 28, 1], [null, null, 1]);
  accepts([28, 28, 1], [28, 28, null]);
  accepts([32, 32, 3], [null, null, null]);
});

test('an input that the same values fill in the same order fits', () => {
  accepts([28, 28, 1], [784]);
  accepts([28, 28, 1], [null]);
  accepts([28, 28, 1], [28, 28]);
  accepts([28, 28, 1], [1, 28, 28]);
  accepts([28, 28, 1], [null, 28, 28]);
  accepts([784], [28, 28, 1]);
  accepts([32, 32, 3], [3072]);
});

test('another shape is refused, with both shapes', () => {
  refuses([28, 28, 1], [32, 32, 1], /sample is 28×28×1, the model's input is 32×32×1/);
  refuses([28, 28, 1], [28, 28, 3], /28×28×1.*28×28×3/);
  refuses([28, 28, 1], [null, null, 3], /28×28×1.*\?×\?×3/);
  refuses([28, 28, 1], [783], /28×28×1.*783/);
  refuses([28, 28, 1], [30, null], /28×28×1.*30×\?/);
  refuses([28, 28, 1], [], /a single value/);
});

test('channels first do not fit channels last: equal numbers of values in another order', () => {
  refuses([32, 32, 3], [3, 32, 32], /32×32×3.*3×32×32/);
  refuses([32, 32, 3], [null, 32, 32], /32×32×3/);
  refuses([28, 14, 1], [14, 28, 1], /28×14×1.*14×28×1/);
});

test('labels beyond the outputs are refused, fewer classes than outputs are not', () => {
  assert.throws(
    () => checkFit(dataset([4]), { inputShape: [4], outputs: 9 }),
    /labels go up to 9, the model has 9 outputs/,
  );
  checkFit(dataset([4]), { inputShape: [4], outputs: 11 });
});

test('an empty train or test split is refused, an empty validation split is not', () => {
  const model = { inputShape: [4], outputs: 10 };
  assert.throws(() => checkFit(dataset([4], { train: 0 }), model), /no train samples/);
  assert.throws(() => checkFit(dataset([4], { test: 0 }), model), /no test samples/);
  checkFit(dataset([4], { validation: 0 }), model);
});
