// Softmax cross-entropy: its value, its gradient and the count of right answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputOf } from '../../src/engines/engine';
import type { Graph, Node } from '../../src/model/graph';
import { float32, type Tensor } from '../../src/model/tensor';
import { crossEntropy, logitsOf } from '../../src/training/loss';
import { TrainingTape } from '../../src/training/tape';
import { engine } from '../run';
import { fromTf, tf, toTf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';

interface Result {
  readonly value: number;
  readonly correct: number;
  readonly gradient: Tensor;
}

async function byGraph(logits: Tensor, labels: readonly number[]): Promise<Result> {
  const graph: Graph = {
    inputs: [
      { name: 'logits', type: 'float32', shape: logits.shape },
      { name: 'labels', type: 'int64', shape: [labels.length] },
    ],
    outputs: [],
    nodes: [],
    weights: new Map(),
    constants: new Map(),
  };
  const tape = new TrainingTape(graph, new Map(graph.inputs.map(({ name, shape }) => [name, shape])), ['logits']);
  const loss = crossEntropy(tape, 'logits', 'labels');
  const outputs = [
    { name: loss.value, type: 'float32', shape: [] },
    { name: loss.correct, type: 'float32', shape: [] },
    { name: loss.gradient, type: 'float32', shape: logits.shape },
  ] as const;
  const program = await engine.compile({ ...graph, outputs, nodes: tape.nodes, constants: tape.constants }, new Map());
  try {
    const classes = BigInt64Array.from(labels, BigInt);
    const results = await program.run({ logits, labels: { type: 'int64', shape: [labels.length], data: classes } });
    const number = (name: string): number => Number(outputOf(results, name).data[0]);
    return { value: number(loss.value), correct: number(loss.correct), gradient: outputOf(results, loss.gradient) };
  } finally {
    await program.dispose();
  }
}

/** −ln of the label's share of the exponentials, mean over the batch, in double precision. */
function byFormula({ data, shape: [, classes = 1] }: Tensor, labels: readonly number[]): number {
  const losses = labels.map((label, sample) => {
    const row = Array.from((data as Float32Array).subarray(sample * classes, (sample + 1) * classes));
    const largest = Math.max(...row);
    const sum = row.reduce((total, value) => total + Math.exp(value - largest), 0);
    return Math.log(sum) + largest - (row[label] as number);
  });
  return losses.reduce((total, loss) => total + loss, 0) / labels.length;
}

const LOGITS = drawn([5, 4], 'logits');
const LABELS = [3, 0, 2, 2, 1];

test('its value is the mean of −ln of the share of each label', async () => {
  const { value } = await byGraph(LOGITS, LABELS);
  assert.ok(Math.abs(value - byFormula(LOGITS, LABELS)) < 1e-6);
});

test("its gradient is TensorFlow.js' of the same loss", async () => {
  const { gradient } = await byGraph(LOGITS, LABELS);
  const labels = tf.oneHot(tf.tensor1d(LABELS, 'int32'), 4);
  const loss = (logits: tf.Tensor): tf.Scalar => tf.losses.softmaxCrossEntropy(labels, logits);
  assertClose(gradient, fromTf(tf.grad(loss)(toTf(LOGITS))), 1e-6, 'gradient');
});

test('it counts the samples whose largest logit is that of the label', async () => {
  const logits = float32([4, 3], Float32Array.of(5, 1, 1, 0, 2, 1, -1, -2, -3, 0, 0, 9));
  assert.equal((await byGraph(logits, [0, 1, 0, 2])).correct, 4);
  assert.equal((await byGraph(logits, [0, 2, 1, 2])).correct, 2);
  assert.equal((await byGraph(logits, [1, 0, 1, 0])).correct, 0);
});

test('it stays a number where logits are far apart', async () => {
  const logits = float32([2, 3], Float32Array.of(1000, -1000, 0, -1000, 1000, 0));
  const { value, gradient } = await byGraph(logits, [1, 1]);
  assert.equal(value, 1000);
  assert.deepEqual([...gradient.data], [0.5, -0.5, 0, 0, 0, 0]);
});

function chain(...types: readonly string[]): Graph {
  const nodes = types.map((type, i): Node => {
    return { name: type, type, inputs: [`v${i}`], outputs: [`v${i + 1}`], attributes: {}, layer: '' };
  });
  return {
    inputs: [{ name: 'v0', type: 'float32', shape: [2, 3] }],
    outputs: [{ name: `v${types.length}`, type: 'float32', shape: [2, 3] }],
    nodes,
    weights: new Map(),
    constants: new Map(),
  };
}

test('a Softmax at the end is left out: the loss works on what goes into it', () => {
  const graph = chain('Relu', 'Softmax');
  assert.deepEqual(logitsOf(graph), { logits: 'v1', nodes: graph.nodes.slice(0, 1) });
});

test('a model that ends in class scores keeps all of its nodes', () => {
  const graph = chain('Softmax', 'Relu');
  assert.deepEqual(logitsOf(graph), { logits: 'v2', nodes: graph.nodes });
});
