// The gradient rule of every operator, as the training graph runs it: against central differences of what the graph
// itself computes forward, and against TensorFlow.js' automatic differentiation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Engine, outputOf, type Program } from '../../src/engines/engine';
import { onnxruntime } from '../../src/engines/onnxruntime';
import type { Graph } from '../../src/model/graph';
import { elementCount, float32, type Tensor } from '../../src/model/tensor';
import { byTurnedKernel, paddingOfTurned } from '../../src/ops/conv-input-gradient';
import { byConvolution, byUnfolding, byUnfoldingBoth, sharesTaps } from '../../src/ops/conv-weight-gradient';
import type { Convolution } from '../../src/ops/convolution';
import { OPERATORS } from '../../src/ops/index';
import { inferShapes } from '../../src/ops/infer';
import { windowOf } from '../../src/ops/window';
import { random } from '../../src/random';
import { TrainingTape } from '../../src/training/tape';
import { TENSORFLOW_ENGINES, wasm } from '../tensorflow-engines';
import { assertClose, drawn } from '../tensors';
import { CASES, graphOf, type OperatorCase, OUTPUT, STRUCTURAL } from './cases';

const engine = onnxruntime({ threads: 1 });

type Tensors = ReadonlyMap<string, Tensor>;

/** The fixed random tensor that the output is multiplied by; the loss is the sum of the product. */
const DIRECTION = 'direction';

const directionOf = (given: OperatorCase): Tensor =>
  drawn((graphOf(given).outputs[0]?.shape ?? []).map(Number), 'direction');

interface Derived {
  /** The loss at some values of the inputs. */
  loss(values: Tensors): Promise<number>;
  /** Of every input; zeros where the rule gives none. */
  readonly gradients: Tensors;
  /** What is fed besides the inputs, by name: dropout masks. */
  readonly masks: Tensors;
  /** What the step replaces weights by. */
  readonly updates: Tensors;
}

/** Runs the training graph of one operator and hands its results to `check`. */
async function derive(given: OperatorCase, check: (derived: Derived) => Promise<void>): Promise<void> {
  const graph = graphOf(given);
  const tape = new TrainingTape(graph, inferShapes(graph), given.values.keys());
  tape.forward(given.node);
  const forward = [...tape.nodes];
  const found = tape.backward(new Map([[OUTPUT, DIRECTION]]));
  // A gradient that is the direction itself must be an output of its own.
  const named = [...given.values.keys()].flatMap((name) => {
    const gradient = found.get(name);
    return gradient === undefined ? [] : [{ name, made: tape.op('Identity', [gradient]) }];
  });
  const direction = directionOf(given);
  const masks = new Map(tape.masks.map(({ name, shape, rate }) => [name, maskOf(shape, rate)]));
  const fed = Object.fromEntries([...masks, [DIRECTION, direction]]);
  const inputs = [
    ...graph.inputs,
    ...Object.entries(fed).map(([name, { shape }]) => ({ name, type: 'float32', shape }) as const),
  ];
  const anyShape = (name: string) => ({ name, type: 'float32', shape: ['any'] }) as const;
  const programs: Program[] = [];
  const compile = async (nodes: typeof forward, outputs: readonly string[]): Promise<Program> => {
    const { constants } = tape;
    const program = await engine.compile(
      { inputs, outputs: outputs.map(anyShape), nodes, weights: new Map(), constants },
      new Map(),
    );
    programs.push(program);
    return program;
  };
  try {
    const evaluate = await compile(forward, [OUTPUT]);
    const step = await compile(tape.nodes, [...named.map(({ made }) => made), ...tape.updates.values()]);
    const results = await step.run({ ...Object.fromEntries(given.values), ...fed });
    const gradientOf = (name: string, tensor: Tensor): Tensor => {
      const made = named.find((candidate) => candidate.name === name)?.made;
      return made === undefined ? zeros(tensor) : outputOf(results, made);
    };
    await check({
      async loss(values) {
        const { data } = outputOf(await evaluate.run({ ...Object.fromEntries(values), ...fed }), OUTPUT);
        return sumOfProducts(data as Float32Array, direction.data as Float32Array);
      },
      gradients: new Map([...given.values].map(([name, tensor]) => [name, gradientOf(name, tensor)])),
      masks,
      updates: new Map([...tape.updates].map(([weight, value]) => [weight, outputOf(results, value)])),
    });
  } finally {
    for (const program of programs) await program.dispose();
  }
}

function zeros({ shape }: Tensor): Tensor {
  return float32(shape, new Float32Array(elementCount(shape)));
}

/** A mask as the training loop draws it: 0 or 1 / (1 − rate). */
function maskOf(shape: readonly number[], rate: number): Tensor {
  const source = random('mask');
  return float32(
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => (source.next() < rate ? 0 : 1 / (1 - rate))),
  );
}

/** In double precision: differences of losses are small. */
function sumOfProducts(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

const STEP = 0.01;

/** (loss(x + h) − loss(x − h)) / 2h, element by element. */
async function byDifferences({ loss }: Pick<Derived, 'loss'>, values: Tensors, name: string): Promise<Tensor> {
  const tensor = values.get(name);
  assert.ok(tensor);
  const result = zeros(tensor);
  for (let i = 0; i < tensor.data.length; i++) {
    const moved = async (by: number): Promise<{ at: number; loss: number }> => {
      const data = Float32Array.from(tensor.data as Float32Array);
      data[i] = (data[i] as number) + by;
      return { at: data[i] as number, loss: await loss(new Map([...values, [name, float32(tensor.shape, data)]])) };
    };
    const [above, below] = [await moved(STEP), await moved(-STEP)];
    result.data[i] = (above.loss - below.loss) / (above.at - below.at);
  }
  return result;
}

/** The gradients of the same loss by TensorFlow.js' automatic differentiation, of the same inputs with the same masks. */
async function byTensorflow(engine: Engine, given: OperatorCase): Promise<Tensors> {
  const graph = graphOf(given);
  const tape = new TrainingTape(graph, inferShapes(graph), given.values.keys());
  tape.forwardOnly(given.node);
  const names = [...given.values.keys()].filter((name) => !isStatistic(given, name));
  const direction = directionOf(given);
  const masks = new Map(tape.masks.map(({ name, shape, rate }) => [name, maskOf(shape, rate)]));
  const gradientOf = (name: string): string => `gradient/${name}`;
  assert.ok(engine.compileStep);
  const program = await engine.compileStep({
    graph: {
      inputs: graph.inputs,
      outputs: names.map((name) => ({ name: gradientOf(name), type: 'float32', shape: ['any'] })),
      nodes: [],
      weights: new Map(),
      constants: tape.constants,
    },
    forward: tape.nodes,
    loss: [],
    seeds: new Map([[OUTPUT, DIRECTION]]),
    gradients: new Map(names.map((name) => [name, gradientOf(name)])),
  });
  try {
    const results = await program.run({ ...Object.fromEntries([...given.values, ...masks]), [DIRECTION]: direction });
    return new Map(names.map((name) => [name, outputOf(results, gradientOf(name))]));
  } finally {
    await program.dispose();
  }
}

/** Moving averages stand last among the inputs and are not differentiated. */
function isStatistic({ node }: OperatorCase, name: string): boolean {
  return node.type === 'BatchNormalization' && node.inputs.indexOf(name) > 2;
}

const differentiable = CASES.filter(({ noGradient, output }) => noGradient === undefined && output === undefined);

test('every operator with a gradient rule has a case for it', () => {
  const tested = new Set(differentiable.map(({ node }) => node.type));
  const rules = [...OPERATORS.values()].filter(({ differentiate }) => differentiate !== undefined);
  assert.deepEqual(
    rules.filter(({ type }) => !tested.has(type) && !STRUCTURAL.has(type)).map(({ type }) => type),
    [],
  );
});

for (const given of differentiable) {
  test(`${given.title}: its gradients are the central differences of its loss`, () =>
    derive(given, async (derived) => {
      for (const [name, gradient] of derived.gradients) {
        assertClose(gradient, await byDifferences(derived, given.values, name), 5e-3, `gradient of ${name}`);
      }
    }));

  for (const { name: backend, engine: automatic, skip } of given.differsInTensorflow ? [] : TENSORFLOW_ENGINES) {
    test(`${given.title}: its gradients are those of ${backend}`, { skip }, () =>
      derive(given, async ({ gradients }) => {
        for (const [name, expected] of await byTensorflow(automatic, given)) {
          assertClose(gradients.get(name) ?? zeros(expected), expected, 1e-5, `gradient of ${name}`);
        }
      }),
    );
  }
}

/** What onnxruntime runs and has no gradient rule of ours: TensorFlow.js alone can train it. */
const withoutRule = CASES.filter(
  ({ node, noGradient, output, values }) =>
    noGradient !== undefined &&
    OPERATORS.get(node.type)?.evaluate !== undefined &&
    output === undefined &&
    [...values.values()].every(({ type }) => type === 'float32'),
);

for (const given of withoutRule) {
  for (const { name: backend, engine: automatic, skip } of TENSORFLOW_ENGINES) {
    test(`${given.title}: the gradients of ${backend} are the central differences of its loss`, { skip }, async () => {
      const program = await engine.compile(graphOf(given), new Map());
      const direction = directionOf(given).data as Float32Array;
      try {
        const loss = async (values: Tensors): Promise<number> => {
          const outputs = await program.run(Object.fromEntries(values));
          return sumOfProducts(outputOf(outputs, OUTPUT).data as Float32Array, direction);
        };
        for (const [name, gradient] of await byTensorflow(automatic, given)) {
          assertClose(gradient, await byDifferences({ loss }, given.values, name), 5e-3, `gradient of ${name}`);
        }
      } finally {
        await program.dispose();
      }
    });
  }
}

/** A training graph that holds one Conv and what `emit` adds to it. */
function convolutionTape(
  given: OperatorCase,
  emit: (tape: TrainingTape) => string,
): { tape: TrainingTape; made: string } {
  const tape = new TrainingTape(graphOf(given), inferShapes(graphOf(given)), given.values.keys());
  tape.forward(given.node);
  return { tape, made: emit(tape) };
}

function convolutionOf({ node }: OperatorCase, tape: TrainingTape): Convolution {
  const [from, to] = [tape.shape(node.inputs[0] as string), tape.shape(OUTPUT)];
  const kernel = tape
    .shape(node.inputs[1] as string)
    .slice(2)
    .map(Number);
  return { window: windowOf(node, kernel, from.slice(2)), groups: Number(node.attributes.group ?? 1), from, to };
}

/** Unfolding is for two spatial axes. */
const unfolds = ({ values }: OperatorCase): boolean => values.get('x0')?.shape.length === 4;

type WeightRule = typeof byConvolution;

/** The whole batch at once, or a sample at a time. */
const [whole, single] = [(batch: number) => [batch], (batch: number) => new Array<number>(batch).fill(1)];
const unfolding =
  (way: typeof byUnfolding, parts: (batch: number) => number[]): WeightRule =>
  (tape, convolution, x, gradient) =>
    way(tape, convolution, x, gradient, parts(Number(convolution.from[0])));

/** What is unfolded on both sides goes row by row, without groups. */
const shares = (given: OperatorCase): boolean =>
  unfolds(given) &&
  given.node.attributes.group === undefined &&
  sharesTaps(convolutionOf(given, convolutionTape(given, () => '').tape));

for (const [way, rule, suits] of [
  ['unfolding', unfolding(byUnfolding, whole), unfolds],
  ['unfolding in parts', unfolding(byUnfolding, single), unfolds],
  ['unfolding both', unfolding(byUnfoldingBoth, whole), shares],
  ['unfolding both in parts', unfolding(byUnfoldingBoth, single), shares],
  ['convolution', byConvolution, () => true],
] as const) {
  for (const given of differentiable.filter(
    (one) => one.node.type === 'Conv' && !one.differsInTensorflow && suits(one),
  )) {
    test(`${given.title}: its weight's gradient by ${way} is that of TensorFlow.js`, async () => {
      const { tape, made } = convolutionTape(given, (tape) =>
        rule(tape, convolutionOf(given, tape), given.node.inputs[0] as string, DIRECTION),
      );
      const weight = given.node.inputs[1] as string;
      const expected = (await byTensorflow(wasm, given)).get(weight);
      assert.ok(expected);
      assertClose(await resultOf(given, tape, made, weight), expected, 1e-5, way);
    });
  }
}

test("the gradient of a Conv's input by the turned kernel is that of TensorFlow.js", async (context) => {
  const possible = differentiable.filter((given) => {
    if (given.node.type !== 'Conv' || given.differsInTensorflow) return false;
    const { tape } = convolutionTape(given, () => '');
    return paddingOfTurned(convolutionOf(given, tape)) !== undefined;
  });
  assert.ok(possible.length > 2);
  for (const given of possible) {
    await context.test(given.title, async () => {
      const [x, weight] = given.node.inputs as [string, string];
      const { tape, made } = convolutionTape(given, (tape) => {
        const convolution = convolutionOf(given, tape);
        return byTurnedKernel(tape, convolution, paddingOfTurned(convolution) ?? [], DIRECTION, weight);
      });
      const expected = (await byTensorflow(wasm, given)).get(x);
      assert.ok(expected);
      assertClose(await resultOf(given, tape, made, x), expected, 1e-5, given.title);
    });
  }
});

/** Values of `made`, of the shape of the input `like`, where the output's gradient is `directionOf`. */
async function resultOf(given: OperatorCase, tape: TrainingTape, made: string, like: string): Promise<Tensor> {
  const direction = directionOf(given);
  const inputs = [...graphOf(given).inputs, { name: DIRECTION, type: 'float32', shape: direction.shape } as const];
  const outputs = [{ name: made, type: 'float32', shape: given.values.get(like)?.shape ?? [] } as const];
  const { nodes, constants } = tape;
  const program = await engine.compile({ inputs, outputs, nodes, weights: new Map(), constants }, new Map());
  try {
    return outputOf(await program.run({ ...Object.fromEntries(given.values), [DIRECTION]: direction }), made);
  } finally {
    await program.dispose();
  }
}

/** A Conv of 64 channels, 3 × 3, and its weight's gradient. */
function largeConvolution(batch: number, side: number): Graph {
  const graph: Graph = {
    inputs: [
      { name: 'x', type: 'float32', shape: [batch, 64, side, side] },
      { name: 'w', type: 'float32', shape: [64, 64, 3, 3] },
      { name: DIRECTION, type: 'float32', shape: [batch, 64, side - 2, side - 2] },
    ],
    outputs: [],
    nodes: [{ name: 'node', type: 'Conv', inputs: ['x', 'w'], outputs: [OUTPUT], attributes: {}, layer: '' }],
    weights: new Map(),
    constants: new Map(),
  };
  const tape = new TrainingTape(graph, inferShapes(graph), ['w']);
  for (const node of graph.nodes) tape.forward(node);
  tape.backward(new Map([[OUTPUT, DIRECTION]]));
  return { ...graph, nodes: tape.nodes, constants: tape.constants };
}

test('a Conv whose unfolded sides would fill the memory is unfolded in parts of the batch', () => {
  const unfolded = (batch: number): number[] => {
    const graph = largeConvolution(batch, 32);
    const shapes = inferShapes(graph);
    return graph.nodes
      .filter(({ type }) => type === 'Gather')
      .map(({ outputs: [name = ''] }) => elementCount((shapes.get(name) ?? []).map(Number)));
  };
  const sides = 2;
  assert.equal(unfolded(1).length, sides);
  const parts = unfolded(100);
  assert.ok(parts.length > sides);
  assert.ok(4 * sides * Math.max(...parts) <= 64 * 2 ** 20);
  assert.equal(
    parts.reduce((a, b) => a + b),
    100 * sides * 64 * 3 * 32 * 30,
  );
});

test('a Conv of which a few samples would fill the memory takes the gradient of its weight by convolution', () => {
  assert.ok(!largeConvolution(100, 128).nodes.some(({ type }) => type === 'Gather'));
});

test("dropout multiplies by the mask that is fed, of its input's shape and at its rate", async () => {
  const given = CASES.find(({ node }) => node.type === 'Dropout') as OperatorCase;
  const tape = new TrainingTape(graphOf(given), inferShapes(graphOf(given)), given.values.keys());
  tape.forward(given.node);
  const [mask, ...others] = tape.masks;
  assert.deepEqual(others, []);
  assert.deepEqual({ shape: mask?.shape, rate: mask?.rate }, { shape: [2, 3, 4, 5], rate: 0.25 });
  await derive(given, async ({ loss, masks }) => {
    const [x] = [...given.values.values()] as [Tensor];
    const [drawnMask] = [...masks.values()] as [Tensor];
    const kept = (x.data as Float32Array).map((value, i) => value * (drawnMask.data[i] as number));
    assert.ok(kept.some((value) => value === 0));
    const expected = sumOfProducts(kept, directionOf(given).data as Float32Array);
    assert.ok(Math.abs((await loss(given.values)) - expected) < 1e-5 * Math.abs(expected));
  });
});

for (const given of CASES.filter(({ node }) => node.type === 'BatchNormalization')) {
  test(`${given.title}: training moves its averages towards the batch's mean and variance`, () =>
    derive(given, async ({ updates }) => {
      const [x, , , mean, variance] = [...given.values.values()] as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const momentum = Number(given.node.attributes.momentum ?? 0.9);
      const statistics = channelStatistics(x);
      const moved = (old: Tensor, now: readonly number[]): Tensor =>
        float32(
          old.shape,
          Float32Array.from(now, (value, i) => momentum * (old.data[i] as number) + (1 - momentum) * value),
        );
      const [, , , meanName, varianceName] = [...given.values.keys()];
      assert.deepEqual([...updates.keys()], [meanName, varianceName]);
      const [newMean, newVariance] = [...updates.values()] as [Tensor, Tensor];
      assertClose(
        newMean,
        moved(
          mean,
          statistics.map((own) => own.mean),
        ),
        1e-6,
        'mean',
      );
      assertClose(
        newVariance,
        moved(
          variance,
          statistics.map((own) => own.variance),
        ),
        1e-6,
        'variance',
      );
    }));
}

/** Mean and variance of every channel (axis 1) over all else, in double precision. */
function channelStatistics({ shape, data }: Tensor): { mean: number; variance: number }[] {
  const [channels = 1] = shape.slice(1);
  const inner = elementCount(shape.slice(2));
  return Array.from({ length: channels }, (_, channel) => {
    const own = Array.from(data as Float32Array).filter((_, i) => Math.floor(i / inner) % channels === channel);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    return { mean, variance: own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length };
  });
}

/** Elements a maximum is taken of. */
const SHARERS: ReadonlyMap<string, number> = new Map([
  ['MaxPool side by side with a rest', 6],
  ['GlobalMaxPool of images', 20],
  ['ReduceMax over an axis that goes', 4],
  ['ReduceMax over an axis that stays', 3],
  ['ReduceMax over two axes, one from the end', 15],
]);

for (const [title, sharers] of SHARERS) {
  test(`${title}: maxima that tie share the gradient equally`, async () => {
    const given = CASES.find((candidate) => candidate.title === title) as OperatorCase;
    const [[name, tensor]] = [...given.values] as [[string, Tensor]];
    const level = float32(tensor.shape, new Float32Array(tensor.data.length).fill(1));
    await derive({ ...given, values: new Map([[name, level]]) }, async ({ gradients }) => {
      const shares = Array.from(directionOf(given).data as Float32Array, (value) => value / sharers);
      const received = Array.from((gradients.get(name) as Tensor).data as Float32Array).filter((value) => value !== 0);
      const expected = shares.flatMap((share) => new Array<number>(sharers).fill(share));
      const sorted = (values: readonly number[]): Tensor =>
        float32([values.length], Float32Array.from(values).toSorted());
      assertClose(sorted(received), sorted(expected), 1e-6, title);
    });
  });
}

for (const given of CASES) {
  const { noGradient } = given;
  if (noGradient === undefined) continue;
  test(`${given.title}: asking for its gradient says that there is no rule`, async () => {
    await assert.rejects(
      derive(given, async () => undefined),
      (error: Error) => error.message.includes(noGradient) && error.message.includes(given.node.name),
    );
  });
  test(`${given.title}: it runs in training where nobody asks for its gradient`, () => {
    const tape = new TrainingTape(graphOf(given), inferShapes(graphOf(given)), []);
    tape.forward(given.node);
    assert.deepEqual(tape.nodes, [given.node]);
  });
}
