// The gradient rule of every operator, as the training graph runs it: against central differences of what the graph
// itself computes forward, and against TensorFlow.js' automatic differentiation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputOf, type Program } from '../../src/engines/engine';
import { onnxruntime } from '../../src/engines/onnxruntime';
import { elementCount, float32, type Tensor } from '../../src/model/tensor';
import { byConvolution, byUnfolding } from '../../src/ops/conv-gradient';
import { OPERATORS, operatorOf } from '../../src/ops/index';
import { inferShapes } from '../../src/ops/infer';
import { random } from '../../src/random';
import { TrainingTape } from '../../src/training/tape';
import { fromTf, tf, toTf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';
import { CASES, graphOf, type OperatorCase, OUTPUT } from './cases';

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
async function byDifferences({ loss }: Derived, values: Tensors, name: string): Promise<Tensor> {
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

type Expression = (given: OperatorCase, inputs: readonly tf.Tensor[], masks: Tensors) => tf.Tensor;

const asEvaluated: Expression = ({ node, values, constants }, inputs) => {
  const names = [...values.keys()];
  const result = operatorOf(node.type).evaluate?.(
    node,
    node.inputs.map((name) => inputs[names.indexOf(name)]) as tf.Tensor[],
    { tf, constant: (name) => constants.get(name) },
  );
  assert.ok(result instanceof tf.Tensor);
  return result;
};

/** TensorFlow.js has no gradient of a dilated convolution, but of the same one with zeros between a kernel's elements. */
const convolution: Expression = (given, [x, kernel, ...bias], masks) => {
  const dilations = (given.node.attributes.dilations as readonly number[] | undefined) ?? [1, 1];
  const { dilations: _, ...attributes } = given.node.attributes;
  const spread = withZeros(kernel as tf.Tensor4D, dilations);
  return asEvaluated({ ...given, node: { ...given.node, attributes } }, [x as tf.Tensor, spread, ...bias], masks);
};

function withZeros(kernel: tf.Tensor4D, [down = 1, across = 1]: readonly number[]): tf.Tensor {
  const [outputs, inputs, height, width] = kernel.shape;
  const cells = tf.pad(tf.reshape(kernel, [outputs * inputs, height, 1, width, 1]), [
    [0, 0],
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, across - 1],
  ]);
  const spread = tf.reshape(cells, [outputs, inputs, height * down, width * across]);
  return tf.slice(spread, [0, 0, 0, 0], [outputs, inputs, (height - 1) * down + 1, (width - 1) * across + 1]);
}

/** How TensorFlow.js says it, where its own evaluation does not: what is another in training, what has no gradient. */
const expressions: ReadonlyMap<string, Expression> = new Map<string, Expression>([
  ['Conv', convolution],
  ['Dropout', (_, [x], masks) => tf.mul(x as tf.Tensor, toTf([...masks.values()][0] as Tensor))],
  [
    'BatchNormalization',
    ({ node }, [x, gamma, beta]) => {
      const value = x as tf.Tensor;
      const axes = value.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
      const along = value.shape.map((size, axis) => (axis === 1 ? size : 1));
      const { mean, variance } = tf.moments(value, axes, true);
      const normal = tf.div(tf.sub(value, mean), tf.sqrt(tf.add(variance, Number(node.attributes.epsilon ?? 1e-5))));
      return tf.add(tf.mul(normal, tf.reshape(gamma as tf.Tensor, along)), tf.reshape(beta as tf.Tensor, along));
    },
  ],
]);

function byTensorflow(given: OperatorCase, masks: Tensors): Tensors {
  const direction = toTf(directionOf(given));
  const expression = expressions.get(given.node.type) ?? asEvaluated;
  const loss = (...inputs: tf.Tensor[]): tf.Tensor => tf.sum(tf.mul(expression(given, inputs, masks), direction));
  const names = [...given.values.keys()];
  const flowing = names.filter((name) => !isStatistic(given, name));
  const fixed = names.filter((name) => isStatistic(given, name)).map((name) => toTf(given.values.get(name) as Tensor));
  const gradients = tf.grads((...inputs) => loss(...inputs, ...fixed))(
    flowing.map((name) => toTf(given.values.get(name) as Tensor)),
  );
  return new Map(flowing.map((name, i) => [name, fromTf(gradients[i] as tf.Tensor)]));
}

/** Moving averages stand last among the inputs and are not differentiated. */
function isStatistic({ node }: OperatorCase, name: string): boolean {
  return node.type === 'BatchNormalization' && node.inputs.indexOf(name) > 2;
}

const differentiable = CASES.filter(({ noGradient }) => noGradient === undefined);

test('every operator with a gradient rule has a case for it', () => {
  const tested = new Set(differentiable.map(({ node }) => node.type));
  const rules = [...OPERATORS.values()].filter(({ differentiate }) => differentiate !== undefined);
  assert.deepEqual(
    rules.filter(({ type }) => !tested.has(type)).map(({ type }) => type),
    [],
  );
});

for (const given of differentiable) {
  test(`${given.title}: its gradients are the central differences of its loss`, () =>
    derive(given, async (derived) => {
      for (const [name, gradient] of derived.gradients) {
        assertClose(gradient, await byDifferences(derived, given.values, name), 2e-3, `gradient of ${name}`);
      }
    }));

  test(`${given.title}: its gradients are those of TensorFlow.js`, () =>
    derive(given, async ({ gradients, masks }) => {
      for (const [name, expected] of byTensorflow(given, masks)) {
        assertClose(gradients.get(name) ?? zeros(expected), expected, 3e-6, `gradient of ${name}`);
      }
    }));
}
