// The shapes operators infer where the batch is open, and what they refuse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from '../../src/model/graph';
import { type Attribute, BATCH, type Graph, type Shape } from '../../src/model/graph';
import { int64, type Tensor } from '../../src/model/tensor';
import { inferShapes, shapeOf } from '../../src/ops/infer';
import { pad } from '../../src/ops/pad';
import { CASES, graphOf, OUTPUT } from './cases';

/** A graph with a batch whose size is known only when it runs. */
function withOpenBatch(graph: Graph): Graph {
  const batch = graph.inputs[0]?.shape[0];
  const rank = graph.inputs[0]?.shape.length;
  const inputs = graph.inputs.map((value, i) =>
    i === 0 || (isArithmetic(graph) && value.shape.length === rank && value.shape[0] === batch)
      ? { ...value, shape: [BATCH, ...value.shape.slice(1)] }
      : value,
  );
  return { ...graph, inputs };
}

/** Where both operands have a batch, it is one and the same. */
function isArithmetic({ nodes }: Graph): boolean {
  return nodes.some(({ type }) => ['Add', 'Sub', 'Mul', 'Div', 'Concat'].includes(type));
}

for (const given of CASES.filter(({ anyBatch }) => anyBatch)) {
  test(`${given.title}: a batch of unknown size passes through`, () => {
    const graph = graphOf(given);
    const known = shapeOf(inferShapes(graph), OUTPUT);
    assert.deepEqual(shapeOf(inferShapes(withOpenBatch(graph)), OUTPUT), [BATCH, ...known.slice(1)]);
  });
}

test('a window that keeps every size keeps those that are not known, another makes new ones', () => {
  const shapeFor = (attributes: Readonly<Record<string, Attribute>>): Shape => {
    const node = { name: 'conv', type: 'Conv', inputs: ['x', 'w'], outputs: [OUTPUT], attributes, layer: '' };
    const graph: Graph = {
      inputs: [
        { name: 'x', type: 'float32', shape: [BATCH, 3, 'height', 'width'] },
        { name: 'w', type: 'float32', shape: [4, 3, 3, 3] },
      ],
      outputs: [],
      nodes: [node],
      weights: new Map(),
      constants: new Map(),
    };
    return shapeOf(inferShapes(graph), OUTPUT);
  };
  assert.deepEqual(shapeFor({ pads: [1, 1, 1, 1] }), [BATCH, 4, 'height', 'width']);
  assert.deepEqual(shapeFor({ pads: [2, 1, 2, 1], dilations: [2, 1] }), [BATCH, 4, 'height', 'width']);
  assert.deepEqual(shapeFor({ pads: [1, 0, 1, 0] }), [BATCH, 4, 'height', 'conv_1']);
  assert.deepEqual(shapeFor({ pads: [1, 1, 1, 1], strides: [2, 1] }), [BATCH, 4, 'conv_0', 'width']);
});

interface Refused {
  readonly title: string;
  readonly type: string;
  readonly inputs: readonly Shape[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** The second input, where it is part of the structure. */
  readonly constant?: Tensor;
}

const REFUSED: readonly Refused[] = [
  { title: 'operands that do not broadcast', type: 'Add', inputs: [[2, 3], [2]] },
  {
    title: 'an input with too few channels',
    type: 'Conv',
    inputs: [
      [1, 2, 5, 5],
      [4, 3, 3, 3],
    ],
  },
  {
    title: 'a kernel with other axes than its input',
    type: 'Conv',
    inputs: [
      [1, 3, 5],
      [4, 3, 3, 3],
    ],
  },
  {
    title: 'a kernel larger than its input',
    type: 'Conv',
    inputs: [
      [1, 3, 2, 5],
      [4, 3, 3, 3],
    ],
  },
  {
    title: 'a dilated kernel larger than its input',
    type: 'Conv',
    inputs: [
      [1, 3, 4, 5],
      [4, 3, 3, 3],
    ],
    attributes: { dilations: [2, 1] },
  },
  {
    title: 'a window larger than its input',
    type: 'MaxPool',
    inputs: [[1, 3, 2, 5]],
    attributes: { kernel_shape: [3, 3] },
  },
  {
    title: 'a window larger than its input',
    type: 'AveragePool',
    inputs: [[1, 3, 2, 5]],
    attributes: { kernel_shape: [3, 3] },
  },
  {
    title: 'matrices that do not multiply',
    type: 'Gemm',
    inputs: [
      [2, 3],
      [4, 5],
    ],
  },
  {
    title: 'a matrix transposed that does not multiply',
    type: 'Gemm',
    inputs: [
      [2, 3],
      [3, 5],
    ],
    attributes: { transB: 1 },
  },
  {
    title: 'an input of three axes',
    type: 'Gemm',
    inputs: [
      [2, 3, 4],
      [4, 5],
    ],
  },
  {
    title: 'an input as wide as no weight',
    type: 'MatMul',
    inputs: [
      [2, 3, 4],
      [3, 5],
    ],
  },
  {
    title: 'a stack whose rows do not fit',
    type: 'MatMul',
    inputs: [
      [2, 5],
      [4, 6, 3],
    ],
  },
  {
    title: 'parts of other sizes',
    type: 'Concat',
    inputs: [
      [2, 3, 4],
      [2, 3, 5],
    ],
    attributes: { axis: 1 },
  },
  {
    title: 'parts of other numbers of axes',
    type: 'Concat',
    inputs: [
      [2, 3, 4],
      [2, 3],
    ],
    attributes: { axis: 1 },
  },
  { title: 'a target of another size', type: 'Reshape', inputs: [[2, 6]], constant: int64([0, 5]) },
  { title: 'a target that does not divide', type: 'Reshape', inputs: [[2, 6]], constant: int64([0, 4, -1]) },
];

for (const { title, type, inputs, attributes = {}, constant } of REFUSED) {
  test(`${type} refuses ${title}`, () => {
    const names = inputs.map((_, i) => `x${i}`);
    const graph: Graph = {
      inputs: inputs.map((shape, i) => ({ name: `x${i}`, type: 'float32', shape })),
      outputs: [],
      nodes: [
        { name: 'node 7', type, inputs: constant ? [...names, 'c'] : names, outputs: ['y'], attributes, layer: '' },
      ],
      weights: new Map(),
      constants: new Map(constant ? [['c', constant]] : []),
    };
    assert.throws(
      () => inferShapes(graph),
      (error: Error) => error.message.includes('node 7') && error.message.includes(type),
    );
  });
}

test('a value that nothing makes is named', () => {
  const node = { name: 'node 7', type: 'Relu', inputs: ['nothing'], outputs: ['y'], attributes: {}, layer: '' };
  const graph: Graph = { inputs: [], outputs: [], nodes: [node], weights: new Map(), constants: new Map() };
  assert.throws(() => inferShapes(graph), /Relu "node 7" reads "nothing"/);
});

const reshaped = (shape: Shape, target: Graph['constants'] | undefined, length = 2): Shape => {
  const graph: Graph = {
    inputs: [
      { name: 'x', type: 'float32', shape },
      ...(target ? [] : [{ name: 'target', type: 'int64' as const, shape: [length] }]),
    ],
    outputs: [],
    nodes: [{ name: 'r', type: 'Reshape', inputs: ['x', 'target'], outputs: ['y'], attributes: {}, layer: '' }],
    weights: new Map(),
    constants: target ?? new Map(),
  };
  return shapeOf(inferShapes(graph), 'y');
};

test('a size that a Reshape takes from a batch of unknown size is unknown itself', () => {
  assert.deepEqual(reshaped([BATCH, 6], new Map([['target', int64([4, -1])]])), [4, 'r_1']);
});

test('of a Reshape to a target that only a run tells, the number of axes is known', () => {
  assert.deepEqual(reshaped([2, 6], undefined, 3), ['r_0', 'r_1', 'r_2']);
});

test('a Pad whose amounts a file works out keeps the axes that get nothing as they are', () => {
  const node: Node = { name: 'pad', type: 'Pad', inputs: ['x', 'amounts'], outputs: ['y'], attributes: {}, layer: '' };
  const amounts = [0, 0, 'top', 'left', 0, 0, 'bottom', 'right'].map((value) => ({ value, from: [] }));
  const known = { constant: () => undefined, sizes: () => amounts };
  assert.deepEqual(pad.shapes(node, [['batch', 16, 32, 32]], known), [['batch', 16, 'pad_2', 'pad_3']]);
});

test('scales that are not as many as the elements on their axis, or of an axis that is not there, are refused', () => {
  const scaled = (count: number, axis: number): Map<string, Shape> => {
    const node: Node = {
      name: 'd',
      type: 'DequantizeLinear',
      inputs: ['x', 's'],
      outputs: [OUTPUT],
      attributes: { axis },
      layer: '',
    };
    const inputs = [
      { name: 'x', type: 'int8' as const, shape: [4, 3] },
      { name: 's', type: 'float32' as const, shape: [count] },
    ];
    return inferShapes({ inputs, outputs: [], nodes: [node], weights: new Map(), constants: new Map() });
  };
  assert.deepEqual(scaled(4, 0).get(OUTPUT), [4, 3]);
  assert.deepEqual(scaled(3, -1).get(OUTPUT), [4, 3]);
  assert.deepEqual(scaled(1, 7).get(OUTPUT), [4, 3]);
  assert.throws(() => scaled(4, 1), /scales of \[4\] for \[4, 3\]/);
  assert.throws(() => scaled(4, 2), /axis 2/);
});
