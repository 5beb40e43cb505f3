// Operators with several outputs, and sizes that a graph computes from shapes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputOf } from '../../src/engines/engine';
import { BATCH, type Graph, type Node, type Shape } from '../../src/model/graph';
import { int64, type Tensor } from '../../src/model/tensor';
import { operatorFor } from '../../src/ops/index';
import { infer, inferShapes, shapeOf } from '../../src/ops/infer';
import { analyseChannels } from '../../src/pruning/channels';
import { TrainingTape } from '../../src/training/tape';
import { engine } from '../run';
import { fromTf, tf, toTf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';

function node(type: string, inputs: string[], outputs: string[], attributes: Node['attributes'] = {}): Node {
  return { name: `${type} ${outputs[0]}`, type, inputs, outputs, attributes, layer: '' };
}

function graph(
  shape: Shape,
  nodes: readonly Node[],
  outputs: readonly string[],
  constants: Readonly<Record<string, Tensor>> = {},
): Graph {
  const result: Graph = {
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [],
    nodes,
    weights: new Map(),
    constants: new Map(Object.entries(constants)),
  };
  const shapes = inferShapes(result);
  return { ...result, outputs: outputs.map((name) => ({ name, type: 'float32', shape: shapeOf(shapes, name) })) };
}

const IMAGE = drawn([2, 5, 3], 'image');
const SPLIT = node('Split', ['x', 'sizes'], ['a', 'b'], { axis: 1 });

test('Split: onnxruntime computes what TensorFlow.js does, in the shapes inferred', async () => {
  const given = graph([2, 5, 3], [SPLIT], ['a', 'b'], { sizes: int64([2, 3]) });
  const program = await engine.compile(given, new Map());
  const results = await program.run({ x: IMAGE });
  const constant = (name: string) => given.constants.get(name);
  const expected = operatorFor(SPLIT)?.evaluate?.(SPLIT, [toTf(IMAGE)], { tf, constant }) as tf.Tensor[];
  ['a', 'b'].forEach((name, i) => {
    assertClose(outputOf(results, name), fromTf(expected[i] as tf.Tensor), 1e-6, name);
    assert.deepEqual(outputOf(results, name).shape, given.outputs[i]?.shape);
  });
  await program.dispose();
});

test('Split: a gradient of one part goes back to where the part came from', async () => {
  const given = graph([2, 5, 3], [SPLIT], ['b'], { sizes: int64([2, 3]) });
  const tape = new TrainingTape(given, inferShapes(given), ['x']);
  tape.forward(SPLIT);
  const made = tape.backward(new Map([['b', 'gradient']])).get('x') ?? '';
  const inputs = [...given.inputs, { name: 'gradient', type: 'float32', shape: [2, 3, 3] } as const];
  const outputs = [{ name: made, type: 'float32', shape: [2, 5, 3] } as const];
  const { nodes, constants } = tape;
  const program = await engine.compile({ inputs, outputs, nodes, weights: new Map(), constants }, new Map());
  const gradient = drawn([2, 3, 3], 'gradient');
  const result = outputOf(await program.run({ x: IMAGE, gradient }), made);
  const padded = fromTf(
    tf.pad(toTf(gradient), [
      [0, 0],
      [2, 0],
      [0, 0],
    ]),
  );
  assertClose(result, padded, 1e-6, 'gradient');
  await program.dispose();
});

test('Split refuses parts that do not make the whole', () => {
  assert.throws(() => graph([2, 5, 3], [SPLIT], ['a'], { sizes: int64([2, 2]) }), /parts of 2, 2 do not make 5/);
});

/** Reshape to [size of axis 0, -1], computed in the graph as PyTorch exports write it. */
const VIEW = [
  node('Shape', ['x'], ['shape']),
  node('Gather', ['shape', 'zero'], ['batch'], { axis: 0 }),
  node('Unsqueeze', ['batch', 'axis'], ['first']),
  node('Concat', ['first', 'rest'], ['target'], { axis: 0 }),
  node('Reshape', ['x', 'target'], ['y']),
];
const SCALAR_ZERO: Tensor = { type: 'int64', shape: [], data: BigInt64Array.of(0n) };

test('a target that a graph computes from sizes is known before it runs, and says where it comes from', () => {
  const given = graph([BATCH, 4, 3], VIEW, ['y'], { zero: SCALAR_ZERO, axis: int64([0]), rest: int64([-1]) });
  assert.deepEqual(given.outputs[0]?.shape, [BATCH, 12]);
  assert.deepEqual(infer(given).sizes('target'), [
    { value: BATCH, from: [{ value: 'x', axis: 0 }] },
    { value: -1, from: [] },
  ]);
});

test('an axis whose size the model calculates with cannot be cut', () => {
  const nodes = [
    node('Relu', ['x'], ['r']),
    node('Shape', ['r'], ['shape']),
    node('Gather', ['shape', 'one'], ['width'], { axis: 0 }),
    node('Cast', ['width'], ['number'], { to: 1 }),
    node('Div', ['r', 'number'], ['y']),
    node('GlobalAveragePool', ['y'], ['z']),
  ];
  const one: Tensor = { type: 'int64', shape: [], data: BigInt64Array.of(1n) };
  const given = graph([BATCH, 4, 3], nodes, ['z'], { one });
  const channels = analyseChannels({ ...given, outputs: [] }, { free: new Set(['x']) });
  const reason = (axis: number): string | undefined => channels.frozen(channels.of('r', axis)?.[0] as number);
  assert.match(reason(1) ?? '', /calculates with its size/);
});

/** The mean of what an operator draws for 4,000 inputs of 0.3, by both engines. */
async function meansOf(type: string, attributes: Node['attributes']): Promise<number[]> {
  const drawing = node(type, ['x'], ['y'], attributes);
  const given = graph([4000], [drawing], ['y']);
  const x = { type: 'float32', shape: [4000], data: new Float32Array(4000).fill(0.3) } as const;
  const program = await engine.compile(given, new Map());
  const made = outputOf(await program.run({ x }), 'y');
  await program.dispose();
  const evaluated = operatorFor(drawing)?.evaluate?.(drawing, [toTf(x)], { tf, constant: () => undefined });
  return [made, fromTf(evaluated as tf.Tensor)].map(({ data, shape }) => {
    assert.deepEqual([...shape], [4000]);
    return Array.from(data as Float32Array).reduce((sum, value) => sum + value / 4000, 0);
  });
}

const DRAWN: readonly (readonly [type: string, attributes: Node['attributes'], mean: number])[] = [
  ['RandomNormalLike', { mean: 2, scale: 0.5 }, 2],
  ['RandomUniformLike', { low: -1, high: 3 }, 1],
];
for (const [type, attributes, expected] of DRAWN) {
  test(`${type} draws as many numbers as it reads, in both engines from one distribution`, async () => {
    for (const mean of await meansOf(type, attributes)) assert.ok(Math.abs(mean - expected) < 0.1, `mean ${mean}`);
  });
}
