// Learning from a teacher: the loss is the one of the paper (Hinton, Vinyals & Dean 2015), and both ways of asking the
// teacher teach the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Split } from '../../src/data/dataset';
import { outputOf } from '../../src/engines/engine';
import { tensorflow } from '../../src/engines/tensorflow';
import { evaluate } from '../../src/evaluation/evaluate';
import type { Graph } from '../../src/model/graph';
import { float32, type Tensor } from '../../src/model/tensor';
import type { Values } from '../../src/model/values';
import { everyAnswer } from '../../src/training/loss/answers';
import { lossOf } from '../../src/training/loss/index';
import type { LossName } from '../../src/training/loss/loss';
import { TrainingTape } from '../../src/training/tape';
import { Teacher } from '../../src/training/teacher';
import { train } from '../../src/training/train';
import { engine } from '../run';
import { fromTf, tf, toTf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';
import { MODEL, options, SPLIT, START } from './bars';

const OUTPUT = drawn([5, 4], 'student');
const TEACHER = drawn([5, 4], 'teacher');
const TEMPERATURE = 3;

const EXPECTED: Readonly<Partial<Record<LossName, (output: tf.Tensor) => tf.Scalar>>> = {
  'softmax-cross-entropy': (output) => {
    const target = tf.softmax(toTf(TEACHER).div(TEMPERATURE));
    const apart = tf.log(target).sub(tf.logSoftmax(output.div(TEMPERATURE)));
    return target
      .mul(apart)
      .sum()
      .mul(TEMPERATURE ** 2 / 5);
  },
  'binary-cross-entropy': (output) => {
    const target = tf.sigmoid(toTf(TEACHER).div(TEMPERATURE));
    const to = (value: tf.Tensor): tf.Tensor => tf.losses.sigmoidCrossEntropy(target, value);
    return to(output.div(TEMPERATURE))
      .sub(to(toTf(TEACHER).div(TEMPERATURE)))
      .mul(TEMPERATURE ** 2);
  },
};

for (const [name, expected] of Object.entries(EXPECTED)) {
  test(`${name}: what is learnt from a teacher has the value and gradient of the paper's loss`, async () => {
    const graph: Graph = {
      inputs: [
        { name: 'output', type: 'float32', shape: [5, 4] },
        { name: 'teacher', type: 'float32', shape: [5, 4] },
      ],
      outputs: [],
      nodes: [],
      weights: new Map(),
      constants: new Map(),
    };
    const tape = new TrainingTape(graph, new Map(graph.inputs.map(({ name: input, shape }) => [input, shape])), []);
    const loss = lossOf(name as LossName);
    const answers = everyAnswer(tape, 'output', loss.target === 'classes' ? -1 : undefined);
    const emitted = loss.distil?.(tape, 'output', 'teacher', TEMPERATURE, answers, -1);
    assert.ok(emitted);
    const outputs = [
      { name: emitted.value, type: 'float32', shape: [] },
      { name: emitted.gradient, type: 'float32', shape: [5, 4] },
    ] as const;
    const program = await engine.compile(
      { ...graph, outputs, nodes: tape.nodes, constants: tape.constants },
      new Map(),
    );
    const results = await program.run({ output: OUTPUT, teacher: TEACHER });
    await program.dispose();
    const value = (expected as (output: tf.Tensor) => tf.Scalar)(toTf(OUTPUT));
    assert.ok(Math.abs(Number(outputOf(results, emitted.value).data[0]) - Number(value.dataSync()[0])) < 1e-5);
    const gradient = tf.grad(expected as (output: tf.Tensor) => tf.Scalar)(toTf(OUTPUT));
    assertClose(outputOf(results, emitted.gradient), fromTf(gradient), 1e-5, 'gradient');
  });
}

/** A network that has learnt the task, to teach it. */
const LEARNT: Promise<Values> = train(engine, MODEL.graph, START, SPLIT, options('adam', { epochs: 40 })).then(
  (result) => {
    assert.ok(result.finished);
    return result.values;
  },
);

/** The same samples with labels that say nothing: what is right can be learnt from the teacher alone. */
const UNLABELLED: Split = {
  ...SPLIT,
  targets: SPLIT.targets.map((target) =>
    target.kind === 'classes' ? { ...target, labels: new Int32Array(target.labels.length) } : target,
  ),
};

async function taught(split: Split, weight: number, runtime = engine): Promise<Values> {
  const teacher = new Teacher(runtime, MODEL.graph, await LEARNT, split);
  const distillation = { temperature: 2, weight, teacher };
  const result = await train(runtime, MODEL.graph, START, split, options('adam', { epochs: 40, distillation }));
  await teacher.dispose();
  assert.ok(result.finished);
  return result.values;
}

async function accuracy(values: Values): Promise<number> {
  return (await evaluate(engine, MODEL.graph, values, SPLIT)).score;
}

test('a network learns from its teacher what no label says, on either engine', async () => {
  assert.ok((await accuracy(await taught(UNLABELLED, 1))) > 0.9);
  assert.ok((await accuracy(await taught(UNLABELLED, 1, tensorflow({ backend: 'wasm' })))) > 0.9);
  assert.ok((await accuracy(await taught(UNLABELLED, 0))) < 0.5);
});

test('a teacher that is asked at every batch teaches what one that knows all by heart does', async () => {
  const byHeart = await taught(SPLIT, 0.5);
  const asked = await taught({ ...SPLIT, augmented: true }, 0.5);
  for (const [name, tensor] of byHeart) assertClose(asked.get(name) as Tensor, tensor, 1e-3, name);
});

test('without a share of the loss a teacher changes nothing', async () => {
  const alone = await train(engine, MODEL.graph, START, SPLIT, options('adam', { epochs: 3 }));
  const teacher = new Teacher(engine, MODEL.graph, await LEARNT, SPLIT);
  const distillation = { temperature: 2, weight: 0, teacher };
  const result = await train(engine, MODEL.graph, START, SPLIT, options('adam', { epochs: 3, distillation }));
  await teacher.dispose();
  assert.ok(alone.finished && result.finished);
  for (const [name, tensor] of alone.values) {
    assertClose(result.values.get(name) ?? float32([0], new Float32Array()), tensor, 1e-5, name);
  }
});
