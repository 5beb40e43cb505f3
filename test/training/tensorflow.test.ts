// Training by automatic differentiation: TensorFlow and onnxruntime, whose gradients are rules of ours, come to the same
// weights, and a run can be stopped and resumed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../src/engines/engine';
import { onnxruntime } from '../../src/engines/onnxruntime';
import type { Tensor } from '../../src/model/tensor';
import type { Values } from '../../src/model/values';
import type { OptimizerName } from '../../src/training/optimizer';
import { type TrainingOptions, type TrainingState, train } from '../../src/training/train';
import { TENSORFLOW_ENGINES } from '../tensorflow-engines';
import { assertClose } from '../tensors';
import { MODEL, OPTIMIZERS, options, SPLIT, START } from './bars';

async function trained(engine: Engine, given: TrainingOptions, start: Values = START): Promise<Values> {
  const result = await train(engine, MODEL.graph, start, SPLIT, given);
  assert.ok(result.finished);
  return result.values;
}

/** A bias before a normalisation has no gradient but rounding, which Adam divides by itself; the mean follows the bias. */
function comparable(values: Values, optimizer: OptimizerName): Values {
  const noise = (name: string): boolean => name.includes('conv/bias') || name.includes('moving_mean');
  return new Map([...values].filter(([name]) => optimizer === 'sgd' || !noise(name)));
}

function assertSame(actual: Values, expected: Values, tolerance: number): void {
  assert.deepEqual([...actual.keys()].toSorted(), [...expected.keys()].toSorted());
  for (const [name, tensor] of expected) assertClose(actual.get(name) as Tensor, tensor, tolerance, name);
}

for (const { name, engine, skip } of TENSORFLOW_ENGINES) {
  for (const optimizer of Object.keys(OPTIMIZERS) as OptimizerName[]) {
    test(`${name}: ${optimizer} comes to the weights and averages that onnxruntime comes to`, { skip }, async () => {
      const [actual, expected] = [
        await trained(engine, options(optimizer)),
        await trained(onnxruntime({ threads: 1 }), options(optimizer)),
      ];
      assertSame(comparable(actual, optimizer), comparable(expected, optimizer), 2e-4);
    });
  }

  test(`${name}: weights that are zero and pruned stay zero`, { skip }, async () => {
    const kernel = [...START.keys()].find((weight) => weight.includes('conv/kernel')) as string;
    const tensor = START.get(kernel) as Tensor;
    const data = Float32Array.from(tensor.data as Float32Array, (value, i) => (i % 3 === 0 ? 0 : value));
    const start = new Map([...START, [kernel, { ...tensor, data }]]);
    const values = await trained(engine, options('sgd', { sparse: new Set([kernel]) }), start);
    const kept = Array.from((values.get(kernel) as Tensor).data as Float32Array);
    assert.deepEqual(
      kept.map((value) => value === 0),
      Array.from(data, (value) => value === 0),
    );
  });

  test(`${name}: a run that was stopped goes on to the very same weights`, { skip }, async () => {
    const given = options('adam');
    const whole = await trained(engine, given);
    let steps = 0;
    const stopped = await train(engine, MODEL.graph, START, SPLIT, given, { stopped: () => ++steps === 7 });
    assert.ok(!stopped.finished);
    const resume: TrainingState = stopped.state;
    const rest = await train(engine, MODEL.graph, START, SPLIT, given, { resume });
    assert.ok(rest.finished);
    assertSame(rest.values, whole, 0);
  });
}
