// What every operator computes: the engine, our own evaluation by TensorFlow.js and the inferred shape agree.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputOf } from '../../src/engines/engine';
import { onnxruntime } from '../../src/engines/onnxruntime';
import { BATCH, type Graph, type Shape } from '../../src/model/graph';
import type { Tensor } from '../../src/model/tensor';
import { OPERATORS, operatorOf } from '../../src/ops/index';
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
  const { evaluate } = operatorOf(node.type);
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

/** The case's graph with a batch whose size is known only when it runs. */
function withOpenBatch(graph: Graph): Graph {
  const [first, ...others] = graph.inputs;
  assert.ok(first);
  return { ...graph, inputs: [{ ...first, shape: [BATCH, ...first.shape.slice(1)] }, ...others] };
}

test('a batch whose size is not known passes through every operator that works sample by sample', () => {
  const tested = CASES.filter(({ anyBatch }) => anyBatch);
  assert.ok(tested.length > CASES.length / 2);
  for (const given of tested) {
    // Where a second operand has the batch too, it is known and the first can't be open.
    const graph = graphOf(given);
    const [batch] = graph.inputs[0]?.shape ?? [];
    const others = graph.inputs
      .slice(1)
      .some(({ shape }) => shape.length === graph.inputs[0]?.shape.length && shape[0] === batch);
    if (others && given.node.type !== 'Conv') continue;
    const known = shapeOf(inferShapes(graph), OUTPUT);
    const expected: Shape = [BATCH, ...known.slice(1)];
    assert.deepEqual([...shapeOf(inferShapes(withOpenBatch(graph)), OUTPUT)], [...expected], given.title);
  }
});
