// What every operator computes: the engine, our own evaluation by TensorFlow.js and the inferred shape agree.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputOf } from '../../src/engines/engine';
import { onnxruntime } from '../../src/engines/onnxruntime';
import type { Tensor } from '../../src/model/tensor';
import { OPERATORS, operatorFor } from '../../src/ops/index';
import { inferShapes, shapeOf } from '../../src/ops/infer';
import { fromTf, tf, toTf } from '../tensorflow';
import { assertClose } from '../tensors';
import { CASES, graphOf, type OperatorCase, OUTPUT } from './cases';

const engine = onnxruntime({ threads: 1 });

async function byEngine(given: OperatorCase): Promise<Tensor> {
  const program = await engine.compile(graphOf(given), new Map());
  try {
    return outputOf(await program.run(Object.fromEntries(given.values)), OUTPUT);
  } finally {
    await program.dispose();
  }
}

function byTensorflow({ node, values, constants }: OperatorCase): Tensor {
  const evaluate = operatorFor(node)?.evaluate;
  assert.ok(evaluate, `${node.type} has no evaluation by TensorFlow.js`);
  // A constant is looked up by name; what is left out stays undefined.
  const inputs = node.inputs.map((name) => {
    const tensor = values.get(name);
    return tensor && toTf(tensor);
  });
  const result = evaluate(node, inputs as tf.Tensor[], { tf, constant: (name) => constants.get(name) });
  assert.ok(result instanceof tf.Tensor);
  return fromTf(result);
}

test('every operator of the registry has a case', () => {
  const known = new Set(CASES.map(({ node }) => node.type));
  assert.deepEqual(
    [...OPERATORS.keys()].filter((type) => !known.has(type)),
    [],
  );
});

for (const given of CASES) {
  test(`${given.title}: onnxruntime computes what TensorFlow.js does, in the shape inferred`, async () => {
    const result = await byEngine(given);
    assert.deepEqual([...result.shape], [...shapeOf(inferShapes(graphOf(given)), OUTPUT)]);
    assertClose(result, byTensorflow(given), 1e-5, given.title);
  });
}
