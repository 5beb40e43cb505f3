// Which data fits which model, how it is fed, and what is said where it does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClassTarget, Dataset, Split, Target, ValueTarget } from '../../src/data/dataset';
import { type FitOptions, fitDataset, interfaceOf, type ModelInterface, type OpenShape } from '../../src/data/fit';
import { UserError } from '../../src/errors';
import type { Graph } from '../../src/model/graph';

interface Made {
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  readonly targets?: readonly Target[];
  readonly counts?: { readonly train?: number; readonly validation?: number; readonly test?: number };
}

const TEN: ClassTarget = {
  kind: 'classes',
  name: 'labels',
  output: 0,
  classes: 10,
  numeric: false,
  shape: [],
  labels: Int32Array.from({ length: 10 }, (_, i) => i),
};

/** Sample i of an input is i.0, i.1, i.2 … in its own order. */
function dataset({ shapes = { samples: [4] }, targets = [TEN], counts = {} }: Made): Dataset {
  const inputs = Object.entries(shapes).map(([name, shape]) => ({ name, shape }));
  const split = (count: number): Split => ({
    count,
    inputs,
    targets,
    async read(indices, out) {
      inputs.forEach(({ shape }, input) => {
        const size = shape.reduce((product, length) => product * length, 1);
        for (let i = 0; i < indices.length * size; i++) {
          (out[input] as Float32Array)[i] = (indices[Math.floor(i / size)] as number) * 1000 + (i % size);
        }
      });
    },
  });
  const { train = 10, validation = 0, test = 5 } = counts;
  return { name: 'set', inputs, train: split(train), validation: split(validation), test: split(test), notes: [] };
}

function model(
  inputs: Readonly<Record<string, OpenShape>>,
  outputs: Readonly<Record<string, OpenShape>> = { classes: [10] },
  operator = 'Softmax',
): ModelInterface {
  return {
    inputs: Object.entries(inputs).map(([name, shape]) => ({ name, type: 'float32', shape })),
    outputs: Object.entries(outputs).map(([name, shape]) => ({ name, type: 'float32', shape, operator })),
  };
}

function accepts(sample: readonly number[], input: OpenShape): Dataset {
  return fitDataset(dataset({ shapes: { samples: sample } }), model({ input }));
}

function refuses(sample: readonly number[], input: OpenShape, says: RegExp): void {
  throwsUserError(() => accepts(sample, input), says);
}

function throwsUserError(run: () => unknown, says: RegExp): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, says);
    return true;
  });
}

async function fed(split: Split, index: number): Promise<number[][]> {
  const out = split.inputs.map(({ shape }) => new Float32Array(shape.reduce((product, length) => product * length, 1)));
  await split.read([index], out);
  return out.map((values) => [...values]);
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

test('an image is fed channels first to an input that wants it so, and a note says it', async () => {
  for (const input of [
    [3, 2, 2],
    [null, 2, 2],
    [3, null, null],
  ]) {
    const { train, notes } = accepts([2, 2, 3], input);
    assert.deepEqual(train.inputs[0]?.shape, [3, 2, 2]);
    assert.deepEqual(await fed(train, 1), [[1000, 1003, 1006, 1009, 1001, 1004, 1007, 1010, 1002, 1005, 1008, 1011]]);
    assert.deepEqual(notes, ['images are fed channels first, 3×2×2 for 2×2×3']);
  }
});

test('what is no image, or no transpose of one, is never turned', () => {
  refuses([28, 14, 1], [14, 28, 1], /28×14×1.*14×28×1/);
  refuses([10, 6], [6, 10], /10×6.*6×10/);
  refuses([8, 8, 16], [16, 8, 8], /8×8×16.*16×8×8/);
});

test('labels beyond the outputs are refused', () => {
  throwsUserError(
    () => fitDataset(dataset({}), model({ input: [4] }, { classes: [9] })),
    /labels go up to 9, the model has 9 outputs/,
  );
});

test('fewer classes than outputs are refused, unless a split alone lacks some or labels lie at positions', () => {
  throwsUserError(
    () => fitDataset(dataset({}), model({ input: [4] }, { classes: [11] })),
    /set: the labels are 0 to 9, the model tells 11 classes apart\. .*--classes 11/,
  );
  const whole = dataset({});
  const some = dataset({ targets: [{ ...TEN, classes: 7 }] });
  fitDataset({ ...whole, test: some.test, validation: some.validation }, model({ input: [4] }));
  fitDataset({ ...whole, train: some.train }, model({ input: [4] }));
  throwsUserError(() => fitDataset(some, model({ input: [4] })), /labels are 0 to 6, the model tells 10/);
  throwsUserError(
    () => fitDataset(dataset({ targets: [{ ...TEN, classes: 1 }] }), model({ input: [4] }, { out: [1] }, 'Sigmoid')),
    /labels are all 0, the model tells 2/,
  );
  const words: ClassTarget = { ...TEN, shape: [5], labels: new Int32Array(50) };
  fitDataset(dataset({ targets: [words] }), model({ input: [4] }, { words: [5, 400] }));
});

test('fewer named classes than outputs are refused: their numbers would be others', () => {
  const targets = [{ ...TEN, classes: 2, classNames: ['cat', 'dog'] }];
  throwsUserError(
    () => fitDataset(dataset({ targets }), model({ input: [4] })),
    /there are 2 classes \(cat, dog\), the model has 10 outputs/,
  );
  fitDataset(dataset({ targets }), model({ input: [4] }, { out: [1] }, 'Sigmoid'));
});

test('an empty train or test split is refused, an empty validation split is not', () => {
  const given = model({ input: [4] });
  throwsUserError(() => fitDataset(dataset({ counts: { train: 0 } }), given), /no train samples/);
  throwsUserError(() => fitDataset(dataset({ counts: { test: 0 } }), given), /no test samples/);
  fitDataset(dataset({ counts: { validation: 0 } }), given);
});

test('several inputs go by their names, else by their order', async () => {
  const shapes = { left: [1], right: [2] };
  const firstOf = async (given: ModelInterface): Promise<number[][]> =>
    fed(fitDataset(dataset({ shapes }), given).train, 2);
  assert.deepEqual(await firstOf(model({ right: [2], left: [1] })), [[2000, 2001], [2000]]);
  assert.deepEqual(await firstOf(model({ a: [1], b: [2] })), [[2000], [2000, 2001]]);
});

test('pictures of another size or colour are told how to become the right ones', () => {
  refuses([28, 28, 3], [28, 28, 1], /Bring the pictures to it by --colour grey \(data\.image in a recipe\), or choose/);
  refuses([64, 48, 3], [96, 80, 3], /by --size 80x96 \(/);
  refuses([28, 28, 1], [3, 224, 224], /by --size 224x224 --colour rgb \(/);
  refuses([28, 28, 3], [4], /28×28×3, the model's input is 4\. Choose the data/);
});

test('where a sample has more than the model reads, an input takes the only part of its shape, and the rest is named', async () => {
  const shapes = { picture: [2, 2, 1], features: [1] };
  const { train, notes } = fitDataset(dataset({ shapes }), model({ input: [2, 2, 1] }));
  assert.deepEqual(await fed(train, 2), [[2000, 2001, 2002, 2003]]);
  assert.deepEqual(notes, ['not fed, as the model has no input for it: "features"']);
  throwsUserError(
    () => fitDataset(dataset({ shapes: { left: [2], right: [2] } }), model({ input: [2] })),
    /2 \("left", "right"\) inputs, the model 1/,
  );
});

const AGE: ValueTarget = {
  kind: 'values',
  name: 'age',
  output: 0,
  shape: [],
  async read(indices, out) {
    for (let i = 0; i < indices.length; i++) out[i] = indices[i] as number;
  },
};

test('a number fits one output, an image of numbers one of its shape, turned where it lies channels first', async () => {
  const { train } = fitDataset(dataset({ targets: [AGE] }), model({ input: [4] }, { age: [1] }, 'Add'));
  assert.deepEqual(train.targets[0]?.shape, [1]);
  const image: ValueTarget = {
    ...AGE,
    shape: [2, 3, 2],
    async read(_, out) {
      out.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    },
  };
  const [turned] = fitDataset(dataset({ targets: [image] }), model({ input: [4] }, { image: [2, 2, 3] })).train.targets;
  assert.ok(turned?.kind === 'values');
  const out = new Float32Array(12);
  await turned.read([0], out);
  assert.deepEqual([...out], [1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12]);
  throwsUserError(
    () => fitDataset(dataset({ targets: [AGE] }), model({ input: [4] }, { age: [2] })),
    /target "age" is a single value, the model's output is 2/,
  );
});

test('whole numbers are values for an output of one number, classes for a Sigmoid and for scores', () => {
  const years = { ...TEN, numeric: true };
  const answers = { ...TEN, numeric: true, classes: 2 };
  const kind = (target: Target, outputs: Readonly<Record<string, OpenShape>>, operator: string, options?: FitOptions) =>
    fitDataset(dataset({ targets: [target] }), model({ input: [4] }, outputs, operator), options).train.targets[0]
      ?.kind;
  assert.equal(kind(years, { out: [1] }, 'Add'), 'values');
  assert.equal(kind(answers, { out: [1] }, 'Sigmoid'), 'classes');
  assert.equal(kind(years, { out: [10] }, 'Softmax'), 'classes');
  assert.equal(kind(answers, { out: [1] }, 'Sigmoid', { numbersAs: 'values' }), 'values');
});

test('zeros and ones are classes for the logit of one output, unless a loss of numbers says otherwise, and a note says it', () => {
  const answers = { ...TEN, numeric: true, classes: 2 };
  const fitted = (options?: FitOptions) =>
    fitDataset(dataset({ targets: [answers] }), model({ input: [4] }, { out: [1] }, 'Add'), options);
  assert.equal(fitted().train.targets[0]?.kind, 'classes');
  assert.match(fitted().notes.join(), /logit of a one \(--loss mse/);
  for (const options of [{ compiledFor: 'values' }, { numbersAs: 'values' }] as const) {
    assert.equal(fitted(options).train.targets[0]?.kind, 'values');
    assert.deepEqual(fitted(options).notes, []);
  }
});

test('labels that are counted from 1 are counted from 0, and a note says it', () => {
  const labels = Int32Array.from({ length: 10 }, (_, i) => 1 + (i % 9));
  const fitted = (lowest: number) =>
    fitDataset(dataset({ targets: [{ ...TEN, labels, lowest }] }), model({ input: [4] }, { out: [9] }));
  const { train, notes } = fitted(1);
  assert.deepEqual([...(train.targets[0] as ClassTarget).labels], [0, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
  assert.match(notes.join(), /labels of "labels" are 1 to 9, the model has 9 outputs/);
  throwsUserError(() => fitted(0), /labels go up to 9, the model has 9 outputs/);
});

test('inputs and outputs of a Keras model go by the names of their layers', () => {
  const graph: Graph = {
    inputs: [{ name: 'left:input', type: 'float32', shape: ['batch', 4] }],
    outputs: [{ name: 'price/Add_1', type: 'float32', shape: ['batch', 1] }],
    nodes: [
      { name: 'Add_1', type: 'Add', inputs: ['left:input'], outputs: ['price/Add_1'], attributes: {}, layer: 'price' },
    ],
    weights: new Map(),
    constants: new Map(),
  };
  const { inputs, outputs } = interfaceOf(graph);
  assert.deepEqual([inputs[0]?.name, inputs[0]?.value], ['left', 'left:input']);
  assert.deepEqual([outputs[0]?.name, outputs[0]?.value, outputs[0]?.operator], ['price', 'price/Add_1', 'Add']);
});

test('a model that gives back what it is fed is tested on its input where the labels are none that it can tell', async () => {
  const pictures = (targets: readonly Target[] = [TEN]) => dataset({ shapes: { images: [2, 2, 3] }, targets });
  const { train, notes } = fitDataset(pictures(), model({ input: [3, 2, 2] }, { out: [3, 2, 2] }, 'Sigmoid'));
  const [target] = train.targets;
  assert.deepEqual([target?.kind, target?.shape], ['values', [3, 2, 2]]);
  const back = new Float32Array(12);
  await (target as ValueTarget).read([1], back);
  assert.deepEqual([[...back]], await fed(train, 1));
  assert.match(notes.join(), /trained and tested on that, not on "labels"/);
  const flat = fitDataset(dataset({ shapes: { rows: [40] } }), model({ input: [40] }, { out: [40] }, 'Add'));
  assert.equal(flat.train.targets[0]?.kind, 'values');
  const classifier = fitDataset(dataset({ shapes: { rows: [10] } }), model({ input: [10] }, { out: [10] }, 'Softmax'));
  assert.equal(classifier.train.targets[0]?.kind, 'classes');
});

test('of several targets it is said which one the model is judged by', () => {
  const targets = [TEN, { ...TEN, name: 'more', output: 1 }];
  const { notes } = fitDataset(dataset({ targets }), model({ input: [4] }, { a: [10], b: [10] }));
  assert.match(
    notes.join(),
    /judged by "labels" and "more": what does significant harm to one of them is refused \(--output a judges by one alone/,
  );
});

test('the output that judges is asked for by its name or that of its target', () => {
  const targets = [TEN, { ...TEN, name: 'more', output: 1 }];
  const judgedBy = (output: string): Dataset =>
    fitDataset({ ...dataset({ targets }), output }, model({ input: [4] }, { a: [10], b: [10] }));
  for (const output of ['b', 'more']) {
    const { train, test, notes } = judgedBy(output);
    for (const split of [train, test])
      assert.deepEqual(
        split.targets.map((target) => target.output),
        [1, 0],
      );
    assert.match(notes.join(), /judged by "more" alone; it is trained on "labels" too, which decides nothing/);
  }
  throwsUserError(() => judgedBy('c'), /--output .* names "c", .* have one for: a, b\./);
});

test('targets go to the outputs of their names, and outputs without one are named', () => {
  const targets = [{ ...TEN, name: 'b' }];
  const { train, notes } = fitDataset(dataset({ targets }), model({ input: [4] }, { a: [3], b: [10] }));
  assert.deepEqual(
    train.targets.map(({ name, output }) => [name, output]),
    [['b', 1]],
  );
  assert.deepEqual(notes, ['no target for the output "a": it is neither trained on nor tested']);
});

test('a label at every position fits scores at every position, on the last axis or the first', () => {
  const targets = [{ ...TEN, shape: [5, 6], labels: new Int32Array(300) }];
  fitDataset(dataset({ targets }), model({ input: [4] }, { scores: [5, 6, 10] }));
  fitDataset(dataset({ targets }), model({ input: [4] }, { scores: [10, 5, 6] }));
  throwsUserError(
    () => fitDataset(dataset({ targets }), model({ input: [4] }, { scores: [10] })),
    /labels 5×6, the model's output is 10/,
  );
});

test('a model whose outputs do not have the batch first is refused', () => {
  const graph: Graph = {
    inputs: [{ name: 'sound', type: 'float32', shape: [2, 1, 32] }],
    outputs: [{ name: 'letters', type: 'float32', shape: [10, 2, 29] }],
    nodes: [],
    weights: new Map(),
    constants: new Map(),
  };
  throwsUserError(() => interfaceOf(graph), /"letters" of the model is 10×2×29, its first input has 2/);
  const single = { ...graph, inputs: [{ name: 'threshold', type: 'float32', shape: [] } as const] };
  throwsUserError(() => interfaceOf(single), /"threshold" of the model is a single number: samples must lie along/);
});

test('a target is for scores: an output of whole numbers is named, with the one to take', () => {
  const { inputs, outputs } = model({ samples: [4] }, { label: [], scores: [10] });
  const classifier: ModelInterface = {
    inputs,
    outputs: outputs.map((output) => (output.name === 'label' ? { ...output, type: 'int64' } : output)),
  };
  throwsUserError(
    () => fitDataset(dataset({}), classifier),
    /output "label", .* holds whole numbers \(int64\), no scores: .*\(scores\).*"to": "scores"/,
  );
});
