// Every loss: its value, its gradient and what it counts as right.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClassTarget, Target } from '../../src/data/dataset';
import { type Engine, outputOf } from '../../src/engines/engine';
import { tensorflow } from '../../src/engines/tensorflow';
import { UserError } from '../../src/errors';
import type { Graph, Node } from '../../src/model/graph';
import { float32, type Tensor } from '../../src/model/tensor';
import { everyAnswer, knownAnswers } from '../../src/training/loss/answers';
import { LOSSES, lossOf } from '../../src/training/loss/index';
import type { LossName } from '../../src/training/loss/loss';
import { objectivesOf, targetFeed, untilLogits } from '../../src/training/objective';
import { TrainingTape } from '../../src/training/tape';
import { engine } from '../run';
import { classTarget } from '../split';
import { fromTf, tf, toTf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';

const wasm = tensorflow({ backend: 'wasm' });

interface Result {
  readonly value: number;
  readonly correct: number | undefined;
  readonly gradient: Tensor;
}

/** As onnxruntime computes it; TensorFlow.js, which trains by the same nodes, must agree. */
async function byGraph(
  name: LossName,
  output: Tensor,
  target: Tensor,
  classAxis = -1,
  ignored?: number,
): Promise<Result> {
  const result = await byGraphOn(engine, name, output, target, classAxis, ignored);
  const other = await byGraphOn(wasm, name, output, target, classAxis, ignored);
  const numbers = ({ value, correct = 0 }: Result): Tensor => float32([2], Float32Array.of(value, correct));
  assertClose(numbers(other), numbers(result), 1e-5, `${name} by TensorFlow.js`);
  assertClose(other.gradient, result.gradient, 1e-5, `gradient of ${name} by TensorFlow.js`);
  return result;
}

async function byGraphOn(
  runtime: Engine,
  name: LossName,
  output: Tensor,
  target: Tensor,
  classAxis: number,
  ignored: number | undefined,
): Promise<Result> {
  const graph: Graph = {
    inputs: [
      { name: 'output', type: 'float32', shape: output.shape },
      { name: 'target', type: target.type, shape: target.shape },
    ],
    outputs: [],
    nodes: [],
    weights: new Map(),
    constants: new Map(),
  };
  const tape = new TrainingTape(graph, new Map(graph.inputs.map(({ name: input, shape }) => [input, shape])), []);
  const axis = lossOf(name).target === 'classes' ? classAxis : undefined;
  const answers =
    ignored === undefined ? everyAnswer(tape, 'output', axis) : knownAnswers(tape, 'output', 'target', ignored, axis);
  const loss = lossOf(name).emit(tape, 'output', 'target', answers, classAxis);
  const outputs = [
    { name: loss.value, type: 'float32', shape: [] },
    { name: loss.gradient, type: 'float32', shape: output.shape },
    ...(loss.correct === undefined ? [] : [{ name: loss.correct, type: 'float32', shape: [] } as const]),
  ] as const;
  const program = await runtime.compile({ ...graph, outputs, nodes: tape.nodes, constants: tape.constants }, new Map());
  try {
    const results = await program.run({ output, target });
    const number = (value: string): number => Number(outputOf(results, value).data[0]);
    return {
      value: number(loss.value),
      correct: loss.correct === undefined ? undefined : number(loss.correct),
      gradient: outputOf(results, loss.gradient),
    };
  } finally {
    await program.dispose();
  }
}

function labels(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return { type: 'int64', shape, data: BigInt64Array.from(values, BigInt) };
}

const OUTPUT = drawn([5, 4], 'logits');
const LABELS = [3, 0, 2, 2, 1];
/** Further from the outputs than 1 here and there. */
const NUMBERS = float32(
  [5, 4],
  (drawn([5, 4], 'numbers').data as Float32Array).map((value) => 3 * value),
);
const ANSWERS = float32(
  [5, 4],
  Float32Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
);

/** The same losses by TensorFlow.js, differentiated by it. */
const BY_TENSORFLOW: Readonly<Record<LossName, { target: Tensor; loss(output: tf.Tensor): tf.Scalar }>> = {
  'softmax-cross-entropy': {
    target: labels(LABELS),
    loss: (output) => tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(LABELS, 'int32'), 4), output),
  },
  'binary-cross-entropy': {
    target: ANSWERS,
    loss: (output) => tf.losses.sigmoidCrossEntropy(toTf(ANSWERS), output),
  },
  mse: { target: NUMBERS, loss: (output) => tf.losses.meanSquaredError(toTf(NUMBERS), output) },
  mae: { target: NUMBERS, loss: (output) => tf.losses.absoluteDifference(toTf(NUMBERS), output) },
  huber: { target: NUMBERS, loss: (output) => tf.losses.huberLoss(toTf(NUMBERS), output) },
};

for (const name of LOSSES.keys()) {
  test(`${name}: value and gradient are TensorFlow.js'`, async () => {
    const { target, loss } = BY_TENSORFLOW[name];
    const { value, gradient } = await byGraph(name, OUTPUT, target);
    const expected = loss(toTf(OUTPUT)).dataSync()[0] ?? Number.NaN;
    assert.ok(Math.abs(value - expected) < 1e-5, `${value}, expected ${expected}`);
    assertClose(gradient, fromTf(tf.grad(loss)(toTf(OUTPUT))), 1e-5, 'gradient');
  });
}

test('softmax cross-entropy counts the samples whose largest logit is that of the label', async () => {
  const logits = float32([4, 3], Float32Array.of(5, 1, 1, 0, 2, 1, -1, -2, -3, 0, 0, 9));
  const correct = async (...given: number[]) => (await byGraph('softmax-cross-entropy', logits, labels(given))).correct;
  assert.equal(await correct(0, 1, 0, 2), 4);
  assert.equal(await correct(0, 2, 1, 2), 2);
  assert.equal(await correct(1, 0, 1, 0), 0);
});

test('with a label at each position a sample counts by its share of right ones, on either class axis', async () => {
  const logits = float32([2, 2, 3], Float32Array.of(5, 1, 1, 0, 2, 1, -1, -2, -3, 0, 0, 9));
  const given = labels([0, 0, 0, 2], [2, 2]);
  const last = await byGraph('softmax-cross-entropy', logits, given);
  assert.equal(last.correct, 1.5);
  const first = await byGraph('softmax-cross-entropy', fromTf(tf.transpose(toTf(logits), [0, 2, 1])), given, 1);
  assert.equal(first.correct, 1.5);
  assert.ok(Math.abs(first.value - last.value) < 1e-6);
  assertClose(fromTf(tf.transpose(toTf(first.gradient), [0, 2, 1])), last.gradient, 1e-6, 'gradient');
});

test('binary cross-entropy counts the share of right answers', async () => {
  const logits = float32([2, 2], Float32Array.of(3, -3, 0.5, 2));
  const answers = float32([2, 2], Float32Array.of(1, 0, 0, 1));
  assert.equal((await byGraph('binary-cross-entropy', logits, answers)).correct, 1.5);
});

test('cross-entropies stay numbers where logits are far apart', async () => {
  const logits = float32([2, 3], Float32Array.of(1000, -1000, 0, -1000, 1000, 0));
  const softmax = await byGraph('softmax-cross-entropy', logits, labels([1, 1]));
  assert.equal(softmax.value, 1000);
  assert.deepEqual([...softmax.gradient.data], [0.5, -0.5, 0, 0, 0, 0]);
  const answers = float32([2, 3], Float32Array.of(0, 1, 0, 0, 1, 1));
  const binary = await byGraph('binary-cross-entropy', logits, answers);
  assert.ok(Math.abs(binary.value - (2000 + 2 * Math.LN2) / 6) < 1e-3, String(binary.value));
});

/** Rows that are known, and others whose logits and labels must not matter. */
const KNOWN = [0, 2, 3];
const IGNORED = 255;
const rowsOf = ({ shape: [, ...shape], data }: Tensor, rows: readonly number[]): Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = rows.flatMap((row) => Array.from(data as Float32Array).slice(row * size, (row + 1) * size));
  return float32([rows.length, ...shape], Float32Array.from(values));
};

for (const name of LOSSES.keys()) {
  test(`${name}: what is ignored adds nothing to the loss, has no gradient and is not divided by`, async () => {
    const { target } = BY_TENSORFLOW[name];
    const classes = target.type === 'int64';
    const known = classes ? labels(KNOWN.map((row) => LABELS[row] as number)) : rowsOf(target, KNOWN);
    const expected = await byGraph(name, rowsOf(OUTPUT, KNOWN), known);
    const fed = classes
      ? labels(LABELS.map((label, row) => (KNOWN.includes(row) ? label : IGNORED)))
      : float32(
          [5, 4],
          (target.data as Float32Array).map((value, i) => (KNOWN.includes(i >> 2) ? value : IGNORED)),
        );
    const { value, gradient, correct } = await byGraph(name, OUTPUT, fed, -1, IGNORED);
    assert.ok(Math.abs(value - expected.value) < 1e-6, `${value}, expected ${expected.value}`);
    assertClose(rowsOf(gradient, KNOWN), expected.gradient, 1e-6, 'gradient');
    assert.ok(rowsOf(gradient, [1, 4]).data.every((part) => Number(part) === 0));
    // Of five samples as many as of the three that are known.
    if (expected.correct !== undefined)
      assert.ok(Math.abs((correct ?? Number.NaN) - (expected.correct * 5) / 3) < 1e-5);
    const nothing = classes ? labels(LABELS.map(() => IGNORED)) : float32([5, 4], new Float32Array(20).fill(IGNORED));
    const none = await byGraph(name, OUTPUT, nothing, -1, IGNORED);
    assert.ok(none.value === 0 && none.gradient.data.every((part) => Number(part) === 0));
  });
}

test('pixels are ignored on either class axis', async () => {
  const logits = drawn([2, 3, 4], 'pixels');
  const given = labels([0, IGNORED, 2, IGNORED, 3, 1], [2, 3]);
  const last = await byGraph('softmax-cross-entropy', logits, given, -1, IGNORED);
  const first = await byGraph(
    'softmax-cross-entropy',
    fromTf(tf.transpose(toTf(logits), [0, 2, 1])),
    given,
    1,
    IGNORED,
  );
  assert.ok(Math.abs(first.value - last.value) < 1e-6);
  assertClose(fromTf(tf.transpose(toTf(first.gradient), [0, 2, 1])), last.gradient, 1e-6, 'gradient');
  const flat = rowsOf({ ...logits, shape: [6, 4] }, [0, 2, 4, 5]);
  const { value } = await byGraph('softmax-cross-entropy', flat, labels([0, 2, 3, 1]));
  assert.ok(Math.abs(value - last.value) < 1e-6);
});

function chain(...types: readonly string[]): Graph {
  const nodes = types.map((type, i): Node => {
    return { name: type, type, inputs: [`v${i}`], outputs: [`v${i + 1}`], attributes: {}, layer: '' };
  });
  return {
    inputs: [{ name: 'v0', type: 'float32', shape: ['batch', 3] }],
    outputs: [{ name: `v${types.length}`, type: 'float32', shape: ['batch', 3] }],
    nodes,
    weights: new Map(),
    constants: new Map(),
  };
}

const CLASSES: Target = classTarget(Int32Array.of(0, 1, 2));
const VALUES: Target = { kind: 'values', name: 'y', output: 0, shape: [3], read: async () => undefined };

function objective(graph: Graph, target: Target, name?: LossName) {
  const [found] = objectivesOf(graph, [target], name);
  assert.ok(found);
  return { loss: found.loss.name, logits: found.logits, nodes: untilLogits(graph, [found]).nodes.length };
}

test('the loss follows from the target and the end of the model, whose last activation it absorbs', () => {
  assert.deepEqual(objective(chain('Relu', 'Softmax'), CLASSES), {
    loss: 'softmax-cross-entropy',
    logits: 'v1',
    nodes: 1,
  });
  assert.deepEqual(objective(chain('Softmax', 'Relu'), CLASSES), {
    loss: 'softmax-cross-entropy',
    logits: 'v2',
    nodes: 2,
  });
  assert.deepEqual(objective(chain('Sigmoid'), CLASSES), { loss: 'binary-cross-entropy', logits: 'v0', nodes: 0 });
  assert.deepEqual(objective(chain('Sigmoid'), { ...VALUES, kind: 'binary' }), {
    loss: 'binary-cross-entropy',
    logits: 'v0',
    nodes: 0,
  });
  assert.deepEqual(objective(chain('Sigmoid'), VALUES), { loss: 'mse', logits: 'v1', nodes: 1 });
  assert.deepEqual(objective(chain('Relu'), VALUES, 'huber'), { loss: 'huber', logits: 'v1', nodes: 1 });
});

test('an activation is absorbed also where its values are only rearranged behind it, a Softmax only over the classes', () => {
  const turned = (activation: string, axis: number, behind: Node[], shape: readonly (number | string)[]): Graph => ({
    ...chain(activation),
    inputs: [{ name: 'v0', type: 'float32', shape: ['batch', 3, 4, 4] }],
    outputs: [{ name: 'out', type: 'float32', shape }],
    nodes: [
      { name: 'a', type: activation, inputs: ['v0'], outputs: ['v1'], attributes: { axis }, layer: '' },
      ...behind,
    ],
  });
  const transpose = {
    name: 't',
    type: 'Transpose',
    inputs: ['v1'],
    outputs: ['out'],
    attributes: { perm: [0, 2, 3, 1] },
    layer: '',
  };
  const reshape = { name: 'r', type: 'Reshape', inputs: ['v1', 'shape'], outputs: ['out'], attributes: {}, layer: '' };
  const pixels: Target = { ...classTarget(new Int32Array(16)), shape: [4, 4], classes: 3 };
  const last = ['batch', 4, 4, 3];
  const found = (graph: Graph, target: Target) =>
    objectivesOf(graph, [target]).map((own) => untilLogits(graph, [own]).nodes);
  assert.deepEqual(found(turned('Softmax', 1, [transpose], last), pixels), [
    [{ ...transpose, name: 't/logits', inputs: ['v0'], outputs: ['out/logits_0'] }],
  ]);
  assert.equal(found(turned('Softmax', 2, [transpose], last), pixels)[0]?.length, 2);
  assert.deepEqual(found(turned('Sigmoid', 1, [reshape], ['batch', 48]), { ...VALUES, shape: [48], kind: 'binary' }), [
    [{ ...reshape, name: 'r/logits', inputs: ['v0', 'shape'], outputs: ['out/logits_0'] }],
  ]);
});

test('labels at pixels become a one for each class, channels first too, and one score at each is no softmax', async () => {
  const pixels: ClassTarget = {
    ...classTarget(Int32Array.of(0, 2, IGNORED, 1)),
    shape: [2, 2],
    classes: 3,
    ignored: IGNORED,
  };
  const ends = (channels: number, type: string): Graph => ({
    ...chain(type),
    outputs: [{ name: 'v1', type: 'float32', shape: ['batch', channels, 2, 2] }],
  });
  const [own] = objectivesOf(ends(3, 'Sigmoid'), [pixels]);
  assert.ok(own);
  assert.equal(own.loss.name, 'binary-cross-entropy');
  const feed = targetFeed(own, [1, 3, 2, 2]);
  await feed.load([0]);
  assert.deepEqual([...feed.tensor.data], [...[1, 0, IGNORED, 0], ...[0, 0, IGNORED, 1], ...[0, 1, IGNORED, 0]]);
  const [single] = objectivesOf(ends(1, 'Conv'), [{ ...pixels, classes: 2 }]);
  assert.equal(single?.loss.name, 'binary-cross-entropy');
});

test('a loss of classes on numbers is refused', () => {
  assert.throws(
    () => objective(chain('Relu'), VALUES, 'softmax-cross-entropy'),
    (error: unknown) =>
      error instanceof UserError && /wants class labels, the target "y" holds numbers/.test(error.message),
  );
});
