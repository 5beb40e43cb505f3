// Recurrent networks have no gradient rules of ours: they learn by TensorFlow's automatic differentiation, and
// onnxruntime runs what was learned.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputOf } from '../../src/engines/engine';
import { onnxruntime } from '../../src/engines/onnxruntime';
import { elementCount, float32, type Tensor } from '../../src/model/tensor';
import { loadValues } from '../../src/model/values';
import { random } from '../../src/random';
import { train } from '../../src/training/train';
import { type RecurrentType, recurrentNetwork } from '../recurrent-network';
import { splitOf } from '../split';
import { TENSORFLOW_ENGINES } from '../tensorflow-engines';

const SAMPLES = 64;
const SIZES = { steps: 3, features: 2, units: 6, classes: 2 };

/** Sequences of noise whose class is the sign of the first number: it must be remembered to the end. */
function signs(): { x: Tensor; labels: Int32Array<ArrayBuffer> } {
  const source = random('signs');
  const shape = [SAMPLES, SIZES.steps, SIZES.features];
  const values = Float32Array.from({ length: elementCount(shape) }, () => source.normal());
  const labels = Int32Array.from({ length: SAMPLES }, (_, i) =>
    (values[i * SIZES.steps * SIZES.features] as number) > 0 ? 1 : 0,
  );
  return { x: float32(shape, values), labels };
}

for (const { name, engine, skip } of TENSORFLOW_ENGINES) {
  // A call into the native library costs more than these small products do: one type is enough there.
  const types: readonly RecurrentType[] = name.includes('WebAssembly') ? ['LSTM', 'GRU', 'RNN'] : ['LSTM'];
  for (const type of types) {
    test(`${name}: a ${type} learns to remember, and onnxruntime runs it to the same end`, { skip }, async () => {
      const graph = recurrentNetwork(type, SIZES);
      const { x, labels } = signs();
      const result = await train(engine, graph, await loadValues(graph), splitOf(x, labels), {
        epochs: 25,
        batch: 16,
        optimizer: { name: 'adam', momentum: 0, weightDecay: 0 },
        schedule: { name: 'constant', learningRate: 0.04 },
        seed: 'signs',
      });
      assert.ok(result.finished);
      const program = await onnxruntime({ threads: 1 }).compile(graph, result.values);
      try {
        const output = outputOf(await program.run({ x }), graph.outputs[0]?.name ?? '').data as Float32Array;
        const right = labels.filter((label, i) => ((output[2 * i + 1] as number) > 0.5 ? 1 : 0) === label);
        assert.ok(right.length >= 0.9 * SAMPLES, `${right.length} of ${SAMPLES} right`);
      } finally {
        await program.dispose();
      }
    });
  }
}
