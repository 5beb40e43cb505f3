// Five steps of every optimizer as the training graph takes them, against the published formulas in double precision
// and against TensorFlow.js' optimizers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputOf } from '../../src/engines/engine';
import type { Graph, Value } from '../../src/model/graph';
import { float32, scalar, type Tensor } from '../../src/model/tensor';
import { emitUpdate, type OptimizerOptions, stateCount, stepInputs, stepValues } from '../../src/training/optimizer';
import { TrainingTape } from '../../src/training/tape';
import { engine } from '../run';
import { fromTf, tf, toTf } from '../tensorflow';
import { assertClose, drawn, largestDifference } from '../tensors';

const SHAPE = [3, 4];
const STEPS = 5;
const START = drawn(SHAPE, 'weight');
const GRADIENTS = Array.from({ length: STEPS }, (_, step) => drawn(SHAPE, 'gradient', step));
/** Another rate at every step, as a schedule gives. */
const FALLING = Array.from({ length: STEPS }, (_, step) => 0.1 / (step + 1));
const CONSTANT = new Array<number>(STEPS).fill(0.1);

async function byGraph(options: OptimizerOptions, rates = FALLING, gradients = GRADIENTS): Promise<Tensor> {
  const states = Array.from({ length: stateCount(options) }, (_, i) => `state/${i}`);
  const value = (name: string, shape: readonly number[] = SHAPE): Value => ({ name, shape, type: 'float32' });
  const inputs = [
    ...['weight', 'gradient', ...states].map((name) => value(name)),
    ...stepInputs(options).map((name) => value(name, [])),
  ];
  const graph: Graph = { inputs, outputs: [], nodes: [], weights: new Map(), constants: new Map() };
  const tape = new TrainingTape(graph, new Map(inputs.map(({ name, shape }) => [name, shape])), ['weight']);
  const update = emitUpdate(tape, options, 'weight', 'gradient', states);
  // Without momentum or decay the next state is the gradient itself.
  const next = [update.weight, ...update.state].map((name) => tape.op('Identity', [name]));
  const outputs = next.map((name) => value(name));
  const program = await engine.compile({ ...graph, outputs, nodes: tape.nodes, constants: tape.constants }, new Map());
  try {
    let carried: Tensor[] = [START, ...states.map(() => float32(SHAPE, new Float32Array(12)))];
    for (const [step, gradient] of gradients.entries()) {
      const numbers = stepValues(step + 1, rates[step] as number);
      const feeds = Object.fromEntries([
        ...['weight', ...states].map((name, i): [string, Tensor] => [name, carried[i] as Tensor]),
        ['gradient', gradient] as const,
        ...stepInputs(options).map((name): [string, Tensor] => [name, scalar(numbers.get(name) as number)]),
      ]);
      const results = await program.run(feeds);
      carried = next.map((name) => outputOf(results, name));
    }
    return carried[0] as Tensor;
  } finally {
    await program.dispose();
  }
}

/** The formulas of the papers, element by element: Sutskever et al. 2013, Kingma & Ba 2015, Loshchilov & Hutter 2019. */
function byFormula({ name, momentum, weightDecay }: OptimizerOptions, gradients = GRADIENTS): Tensor {
  const result = Float32Array.from(START.data as Float32Array, (start, i) => {
    let [weight, velocity, mean, square] = [start, 0, 0, 0];
    for (let step = 1; step <= STEPS; step++) {
      const rate = FALLING[step - 1] as number;
      const own = gradients[step - 1]?.data[i] as number;
      const gradient = name === 'adamw' ? own : own + weightDecay * weight;
      if (name === 'sgd') {
        velocity = momentum * velocity + gradient;
        weight -= rate * velocity;
        continue;
      }
      mean = 0.9 * mean + 0.1 * gradient;
      square = 0.999 * square + 0.001 * gradient ** 2;
      const [unbiasedMean, unbiasedSquare] = [mean / (1 - 0.9 ** step), square / (1 - 0.999 ** step)];
      if (name === 'adamw') weight -= rate * weightDecay * weight;
      weight -= (rate * unbiasedMean) / (Math.sqrt(unbiasedSquare) + 1e-8);
    }
    return weight;
  });
  return float32(SHAPE, result);
}

const OPTIONS: readonly OptimizerOptions[] = [
  { name: 'sgd', momentum: 0, weightDecay: 0 },
  { name: 'sgd', momentum: 0.9, weightDecay: 0 },
  { name: 'sgd', momentum: 0, weightDecay: 0.1 },
  { name: 'sgd', momentum: 0.9, weightDecay: 0.1 },
  { name: 'adam', momentum: 0.9, weightDecay: 0 },
  { name: 'adam', momentum: 0, weightDecay: 0.1 },
  { name: 'adamw', momentum: 0, weightDecay: 0 },
  { name: 'adamw', momentum: 0.9, weightDecay: 0.1 },
];

for (const options of OPTIONS) {
  const { name, momentum, weightDecay } = options;
  test(`${name} with momentum ${momentum} and weight decay ${weightDecay} takes the steps of its formula`, async () => {
    const result = await byGraph(options);
    assertClose(result, byFormula(options), 1e-6, name);
    assert.notDeepEqual(result.data, START.data);
  });
}

test('adam keeps its steps small where gradients are as small as its ε', async () => {
  const tiny = GRADIENTS.map(({ shape, data }) => {
    return float32(
      shape,
      Float32Array.from(data as Float32Array, (value) => value * 1e-8),
    );
  });
  const options: OptimizerOptions = { name: 'adam', momentum: 0, weightDecay: 0 };
  const result = await byGraph(options, FALLING, tiny);
  assertClose(result, byFormula(options, tiny), 1e-6, 'adam');
  // Without it every first step would be a whole rate.
  assert.ok(largestDifference(result, await byGraph(options)) > 0.01);
});

function byTensorflow(optimizer: tf.Optimizer): Tensor {
  const weight = tf.variable(toTf(START));
  for (const gradient of GRADIENTS) optimizer.applyGradients({ [weight.name]: toTf(gradient) });
  return fromTf(weight);
}

for (const [name, momentum, make] of [
  ['sgd', 0, () => tf.train.sgd(0.1)],
  ['sgd', 0.9, () => tf.train.momentum(0.1, 0.9)],
  ['adam', 0, () => tf.train.adam(0.1, 0.9, 0.999, 1e-8)],
] as const) {
  test(`${name} with momentum ${momentum} takes the steps of TensorFlow.js`, async () => {
    const ours = await byGraph({ name, momentum, weightDecay: 0 }, CONSTANT);
    assertClose(ours, byTensorflow(make()), 1e-5, name);
  });
}
