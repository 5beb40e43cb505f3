// Weight pruning: which weights become zero, and how many.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BATCH, type Graph } from '../../src/model/graph';
import { float32, type Tensor } from '../../src/model/tensor';
import { loadValues, type Values, withValues } from '../../src/model/values';
import { float32Weight, type Weight } from '../../src/model/weight';
import { GraphBuilder } from '../../src/ops/builder';
import { nonZeroCount, sparseWeights, sparsify } from '../../src/pruning/sparsify';
import { ourModel } from '../layers-model';
import { tf } from '../tensorflow';
import { drawn } from '../tensors';

interface Given {
  readonly graph: Graph;
  readonly values: Values;
}

/** A graph that holds the weights; what is called a kernel is multiplied by an input of its own. */
async function given(...weights: readonly Weight[]): Promise<Given> {
  const builder = new GraphBuilder();
  for (const own of weights) {
    builder.addWeight(own);
    if (!own.name.endsWith('/kernel')) continue;
    const x = builder.addInput({ name: `${own.name} input`, type: 'float32', shape: [BATCH, own.shape[0] ?? 1] });
    builder.addOutput(builder.op('Gemm', [x, own.name]));
  }
  const graph = builder.build();
  return { graph, values: await loadValues(graph) };
}

function weight(name: string, { shape, data }: Tensor, trainable = true): Weight {
  return float32Weight(name, shape, data as Float32Array, trainable);
}

/** Two kernels of very different scale, a bias and moving averages: 24 + 60 + 6 + 6 parameters. */
function network(seed: number): Promise<Given> {
  const { shape, data } = drawn([4, 6], 'small', seed);
  const small = float32(
    shape,
    Float32Array.from(data as Float32Array, (value) => value / 1000),
  );
  return given(
    weight('small/kernel', small),
    weight('large/kernel', drawn([6, 10], 'large', seed)),
    weight('large/bias', drawn([6], 'bias', seed)),
    weight('norm/moving_mean', drawn([1, 6], 'mean', seed), false),
  );
}

const KERNELS = ['small/kernel', 'large/kernel'];
const TOTAL = 96;
const KERNEL_ELEMENTS = 84;

const numbers = (values: Values, name: string): Float32Array => (values.get(name) as Tensor).data as Float32Array;

function deviation(values: Iterable<number>): number {
  const own = [...values].filter((value) => value !== 0);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  return Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
}

test('kernels alone are made sparse: no bias, and nothing that is not trained', async () => {
  const { graph, values } = await network(1);
  assert.deepEqual(sparseWeights(graph), KERNELS);
  const { values: sparse } = sparsify(graph, values, 0.2);
  for (const name of ['large/bias', 'norm/moving_mean']) assert.equal(sparse.get(name), values.get(name));
});

test('a kernel laid out as Keras does is one too, the slopes of a PReLU are none, frozen layers stay whole', async () => {
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'frozen', inputShape: [5, 5, 1], filters: 3, kernelSize: 2, trainable: false }),
      tf.layers.conv2d({ name: 'conv', filters: 3, kernelSize: 2 }),
      tf.layers.prelu({ name: 'slopes' }),
      tf.layers.dense({ name: 'pixels', units: 2 }),
      tf.layers.flatten({ name: 'flatten' }),
      tf.layers.dense({ name: 'classes', units: 2 }),
    ],
  });
  const { graph } = await ourModel(network);
  assert.deepEqual(sparseWeights(graph), ['conv/kernel', 'pixels/kernel', 'classes/kernel']);
});

test('the share asked for, of all parameters, is left', async () => {
  const { graph, values } = await network(2);
  for (const keep of [0.9, 0.5, 0.33, 0.13]) {
    const { values: sparse } = sparsify(graph, values, keep);
    assert.equal(await nonZeroCount(withValues(graph, sparse)), Math.round(TOTAL * keep), `${keep}`);
  }
});

test('a weight stays if and only if it reaches quality × the standard deviation of its layer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.double({ min: 0.15, max: 0.95, noNaN: true }), async (seed, keep) => {
      const { graph, values } = await network(seed);
      const { values: sparse, quality } = sparsify(graph, values, keep);
      for (const name of KERNELS) {
        const threshold = quality * deviation(numbers(values, name));
        numbers(values, name).forEach((value, i) => {
          const left = numbers(sparse, name)[i];
          // The weight that stands right at the threshold may fall on either side by rounding.
          if (Math.abs(Math.abs(value) - threshold) < 1e-9 * threshold) return;
          assert.equal(left, Math.abs(value) < threshold ? 0 : value);
        });
      }
    }),
    { numRuns: 50, seed: 1 },
  );
});

test('layers of another scale lose about the same share: the threshold is relative', async () => {
  const { graph, values } = await network(3);
  const { values: sparse } = sparsify(graph, values, 0.5);
  for (const name of KERNELS) {
    const share = numbers(sparse, name).filter((value) => value !== 0).length / numbers(sparse, name).length;
    assert.ok(share > 0.25 && share < 0.7, `${name}: ${share}`);
  }
});

test('zeros do not count in the deviation and stay zero when more is pruned', async () => {
  const { graph, values } = await network(4);
  const once = sparsify(graph, values, 0.6).values;
  const { values: twice, quality } = sparsify(graph, once, 0.3);
  assert.equal(await nonZeroCount(withValues(graph, twice)), Math.round(TOTAL * 0.3));
  for (const name of KERNELS) {
    const threshold = quality * deviation(numbers(once, name));
    numbers(once, name).forEach((value, i) => {
      if (value === 0) assert.equal(numbers(twice, name)[i], 0);
      else if (Math.abs(value) > threshold * (1 + 1e-9)) assert.equal(numbers(twice, name)[i], value);
    });
  }
});

test('keeping everything changes nothing, keeping nothing empties the kernels and leaves the rest', async () => {
  const { graph, values } = await network(5);
  for (const name of KERNELS) assert.deepEqual(sparsify(graph, values, 1).values.get(name), values.get(name));
  assert.equal(await nonZeroCount(withValues(graph, sparsify(graph, values, 0).values)), TOTAL - KERNEL_ELEMENTS);
});

test('what is given stays as it was', async () => {
  const { graph, values } = await network(6);
  sparsify(graph, values, 0.2);
  assert.deepEqual(values, await loadValues(graph));
});

test('a kernel that is all zero, or all of one value, keeps the others from nothing', async () => {
  const level = float32([4, 6], new Float32Array(24).fill(0.5));
  for (const odd of [float32([4, 6], new Float32Array(24)), level]) {
    const { graph, values } = await given(weight('odd/kernel', odd), weight('large/kernel', drawn([6, 10], 'large')));
    const { values: sparse, quality } = sparsify(graph, values, 0.5);
    assert.ok(Number.isFinite(quality));
    assert.equal(await nonZeroCount(withValues(graph, sparse)), 42);
    // A layer without spread has no weight below its deviation.
    assert.deepEqual(sparse.get('odd/kernel'), odd);
  }
});

test('a model without kernels stays as it is', async () => {
  const { graph, values } = await given(weight('bias', drawn([6], 'bias')));
  assert.deepEqual(sparsify(graph, values, 0.5).values, values);
});
