// What a model costs, against the published figures of LeNet-5.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildModel } from '../../src/architectures/index';
import { BATCH, type Graph } from '../../src/model/graph';
import { elementCount } from '../../src/model/tensor';
import { float32Weight } from '../../src/model/weight';
import { costOf, uncountedLayers } from '../../src/ops/cost';
import { ourModel } from '../layers-model';
import { tf } from '../tensorflow';

test("LeNet-5 has Caffe's 431,080 parameters and 2,293,000 multiply-accumulates, layer by layer", () => {
  const cost = costOf(buildModel('lenet5', { inputShape: [28, 28, 1], classes: 10, seed: 1 }));
  assert.equal(cost.parameters, 431_080);
  assert.equal(cost.macs, 2_293_000);
  assert.equal(cost.bytes, 4 * 431_080);
  const layers = cost.layers.map(({ name, outputShape, parameters, macs }) => [
    name,
    outputShape.join('×'),
    parameters,
    macs,
  ]);
  assert.deepEqual(layers, [
    ['conv1', '24×24×20', 520, 288_000],
    ['pool1', '12×12×20', 0, 0],
    ['conv2', '8×8×50', 25_050, 1_600_000],
    ['pool2', '4×4×50', 0, 0],
    ['flatten', '800', 0, 0],
    ['dense', '500', 400_500, 400_000],
    ['classes', '10', 5_010, 5_000],
  ]);
});

test("the paper's maxout network has 240,470 parameters at 4 neurons a unit and 64 units", () => {
  const cost = costOf(buildModel('lenet5-maxout', { inputShape: [28, 28, 1], classes: 10, seed: 1 }));
  assert.equal(cost.parameters, 240_470);
  const [maxout] = cost.layers.filter(({ type }) => type === 'Maxout');
  assert.deepEqual(maxout?.outputShape, [64]);
  assert.equal(maxout?.parameters, 0);
});

test('a layer on every step of a sequence costs as many times', async () => {
  const inner = [tf.layers.conv2d({ filters: 4, kernelSize: 3 }), tf.layers.flatten(), tf.layers.dense({ units: 5 })];
  const source = tf.sequential({
    layers: inner.map((layer, i) => tf.layers.timeDistributed({ layer, ...(i === 0 && { inputShape: [7, 8, 8, 3] }) })),
  });
  const { layers } = costOf(await ourModel(source));
  const macs = layers.map((layer) => layer.macs).filter((count) => count > 0);
  assert.deepEqual(macs, [7 * 6 * 6 * 4 * 27, 7 * 6 * 6 * 4 * 5]);
});

test('layers of an operator that nobody knows, and those behind it, are named as ones that may cost more', () => {
  const node = (type: string, inputs: string[], domain?: string) => {
    return {
      name: type,
      type,
      inputs,
      outputs: [`${type}/made`],
      attributes: {},
      layer: type,
      ...(domain && { domain }),
    };
  };
  const nodes = [
    node('Gemm', ['x', 'w']),
    node('Relu', ['Gemm/made']),
    node('Own', ['Relu/made'], 'own'),
    node('MatMul', ['Own/made', 'v']),
    node('Tanh', ['MatMul/made']),
  ];
  const weight = (name: string, shape: number[]) => float32Weight(name, shape, new Float32Array(elementCount(shape)));
  const graph: Graph = {
    inputs: [{ name: 'x', type: 'float32', shape: [BATCH, 4] }],
    outputs: [{ name: 'Tanh/made', type: 'float32', shape: [] }],
    nodes,
    weights: new Map([
      ['w', weight('w', [4, 8])],
      ['v', weight('v', [8, 2])],
    ]),
    constants: new Map(),
  };
  assert.deepEqual(uncountedLayers(graph), ['Own', 'MatMul']);
  assert.deepEqual(uncountedLayers({ ...graph, nodes: nodes.slice(0, 2) }), []);
});
