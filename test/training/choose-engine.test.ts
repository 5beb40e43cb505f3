// Which engine runs a recipe, and that it says why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onnxruntime } from '../../src/engines/onnxruntime';
import { UserError } from '../../src/errors';
import { BATCH, type Graph } from '../../src/model/graph';
import { loadValues } from '../../src/model/values';
import { float32Weight } from '../../src/model/weight';
import { GraphBuilder } from '../../src/ops/builder';
import { OPAQUE_DOMAIN } from '../../src/ops/opaque';
import { chooseEngine, type EngineUse } from '../../src/training/choose-engine';
import { recurrentNetwork } from '../recurrent-network';

/** A dense layer whose output goes through an operator. */
function withOperator(type: string, domain?: string): Graph {
  const builder = new GraphBuilder();
  builder.layer = 'dense';
  const x = builder.addInput({ name: 'x', type: 'float32', shape: [BATCH, 3] });
  const dense = builder.op('MatMul', [x, builder.addWeight(float32Weight('w', [3, 2], new Float32Array(6)))]);
  builder.layer = 'special';
  builder.add({
    name: 'special',
    type,
    inputs: [dense],
    outputs: ['y'],
    attributes: {},
    layer: 'special',
    ...(domain && { domain }),
  });
  builder.outputs.push({ name: 'y', type: 'float32', shape: [BATCH, 2] });
  return builder.build();
}

const RULES = withOperator('Relu');
/** It has an evaluation by TensorFlow.js and no gradient rule. */
const NO_RULE = recurrentNetwork('LSTM', { steps: 3, features: 2, units: 2, classes: 2 });
/** Nobody knows it. */
const OPAQUE = withOperator('SomethingOfTheirs');
/** A class of the model's own, which nothing is known of: no shape, no way to run it. */
const OWN_CLASS = withOperator('TheirLayer', OPAQUE_DOMAIN);
/** Trained on samples of the shapes it reads. */
const trains = ({ inputs }: Graph): EngineUse => ({
  threads: 1,
  trainedOn: inputs.map(({ name, shape }) => ({ name, shape: shape.slice(1).map(Number) })),
});

test('auto takes onnxruntime where it can do everything, and says why', async () => {
  const { engine, why } = await chooseEngine('auto', RULES, trains(RULES));
  assert.equal(engine.name, 'onnxruntime');
  assert.equal(engine.compileStep, undefined);
  assert.match(why, /onnxruntime, the fastest/);
});

test('auto trains by tensorflow what has no gradient rule, and names the operator and its layer', async () => {
  const { engine, why } = await chooseEngine('auto', NO_RULE, trains(NO_RULE));
  assert.ok(engine.compileStep);
  assert.match(why, /tensorflow \(.*\) trains, since there is no gradient rule for LSTM .*"recurrent"/);
});

test('rules are looked for at the batch that a model is made for', async () => {
  const builder = new GraphBuilder();
  const x = builder.addInput({ name: 'x', type: 'float32', shape: [2, 5, 3] });
  const weight = builder.addWeight(float32Weight('w', [3, 2], new Float32Array(6)));
  const pairs = builder.op('Reshape', [builder.op('MatMul', [x, weight]), builder.ints([2, 10])]);
  builder.outputs.push({ name: builder.op('Relu', [pairs]), type: 'float32', shape: [2, 10] });
  const graph = builder.build();
  const { engine } = await chooseEngine('auto', graph, trains(graph));
  assert.equal(engine.name, 'onnxruntime');
  assert.equal(engine.compileStep, undefined);
});

test('what is not trained needs no gradient rule', async () => {
  const { engine } = await chooseEngine('auto', NO_RULE, { threads: 1 });
  assert.equal(engine.name, 'onnxruntime');
});

test('an engine named is taken', async () => {
  const { engine, why } = await chooseEngine('tensorflow', RULES, trains(RULES));
  assert.equal(engine.name, 'tensorflow');
  assert.match(why, /as asked for/);
});

for (const [title, name, graph, message] of [
  [
    'onnxruntime for a model it cannot train',
    'onnxruntime',
    NO_RULE,
    /onnxruntime cannot train this model: .*LSTM.*auto or tensorflow/,
  ],
  ['tensorflow for a model it cannot run', 'tensorflow', OPAQUE, /SomethingOfTheirs \(layer "special"\)/],
  ['any for a model that none can run', 'auto', OWN_CLASS, /No engine can run TheirLayer.*--no-retrain/],
  [
    'any for a model that none can train',
    'auto',
    OPAQUE,
    /No engine can train this model.*--no-retrain \(prune\.measure, and retrain\.epochs 0/,
  ],
] as const) {
  test(`asking ${title} is refused with what to do`, async () => {
    await assert.rejects(chooseEngine(name, graph, trains(graph)), (error: Error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, message);
      return true;
    });
  });
}

const LOOKUP = withOperator('StringLookup', OPAQUE_DOMAIN);

test('onnxruntime names the operator that it cannot run, and says what can be done without it', async () => {
  for (const [graph, name] of [
    [OWN_CLASS, /No engine can run TheirLayer \(layer "special"\)\. .*without data/],
    [OPAQUE, /No engine can run SomethingOfTheirs \(layer "special"\): .*without data/],
    [LOOKUP, /No engine can run StringLookup .*save the numbers that it makes as the data/],
  ] as const) {
    await assert.rejects(onnxruntime().compile(graph, await loadValues(graph)), (error: Error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, name);
      return true;
    });
  }
});
