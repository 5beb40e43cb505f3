// What every operator computes: onnxruntime, TensorFlow.js and the inferred shape agree.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Engine, outputOf } from '../../src/engines/engine';
import { onnxruntime } from '../../src/engines/onnxruntime';
import type { Tensor } from '../../src/model/tensor';
import { OPERATORS } from '../../src/ops/index';
import { inferShapes, shapeOf } from '../../src/ops/infer';
import { TENSORFLOW_ENGINES } from '../tensorflow-engines';
import { assertClose } from '../tensors';
import { CASES, graphOf, type OperatorCase, OUTPUT, STRUCTURAL } from './cases';

const reference = onnxruntime({ threads: 1 });

async function outputBy(engine: Engine, given: OperatorCase): Promise<Tensor> {
  const program = await engine.compile(graphOf(given), new Map());
  try {
    return outputOf(await program.run(Object.fromEntries(given.values)), OUTPUT);
  } finally {
    await program.dispose();
  }
}

test('every operator of the registry has a case', () => {
  const known = new Set(CASES.map(({ node }) => node.type));
  assert.deepEqual(
    [...OPERATORS.keys()].filter((type) => !known.has(type) && !STRUCTURAL.has(type)),
    [],
  );
});

/** Operators that TensorFlow.js has no evaluation for, and why. */
const NOT_EVALUATED: ReadonlyMap<string, string> = new Map([
  ...['BitShift', 'BitwiseAnd', 'BitwiseNot', 'BitwiseOr', 'BitwiseXor'].map(
    (type) => [type, 'TensorFlow.js works on few bits'] as const,
  ),
  ['Col2Im', 'TensorFlow.js adds up no windows'],
  ['DequantizeLinear', 'TensorFlow.js has no integers of 8 bits'],
  ['DynamicQuantizeLinear', 'TensorFlow.js has no integers of 8 bits'],
  ['GridSample', 'TensorFlow.js looks up no images at places between pixels'],
  ['QuantizeLinear', 'TensorFlow.js has no integers of 8 bits'],
  ['RoiAlign', 'TensorFlow.js crops regions by another rule'],
]);

test('every operator of the registry has an evaluation by TensorFlow.js, or is listed with the reason', () => {
  assert.deepEqual(
    [...OPERATORS.values()].filter(({ evaluate }) => evaluate === undefined).map(({ type }) => type),
    [...NOT_EVALUATED.keys()],
  );
});

for (const given of CASES) {
  test(`${given.title}: onnxruntime computes it in the shape inferred`, async () => {
    const { shape } = await outputBy(reference, given);
    assert.deepEqual([...shape], [...shapeOf(inferShapes(graphOf(given)), OUTPUT)]);
  });
}

for (const { name, engine, skip } of TENSORFLOW_ENGINES) {
  for (const given of CASES.filter(({ node }) => !NOT_EVALUATED.has(node.type))) {
    test(`${given.title}: ${name} computes what onnxruntime does`, { skip }, async () => {
      const [actual, expected] = [await outputBy(engine, given), await outputBy(reference, given)];
      assert.equal(actual.type, expected.type);
      assertClose(actual, expected, 1e-5, given.title);
    });
  }
}
