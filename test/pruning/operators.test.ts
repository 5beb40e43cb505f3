// cut ≡ mask, operator by operator: what makes one of its inputs is cut along an axis, with all that hangs on it, and
// what reads its output along an axis sees the same as if it read zeros there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Graph } from '../../src/model/graph';
import { elementCount, float32, type Tensor } from '../../src/model/tensor';
import { float32Weight } from '../../src/model/weight';
import { GraphBuilder } from '../../src/ops/builder';
import { OPERATORS } from '../../src/ops/index';
import { inferShapes, shapeOf } from '../../src/ops/infer';
import { analyseChannels, type Channels } from '../../src/pruning/channels';
import { cut } from '../../src/pruning/cut';
import { mask } from '../../src/pruning/mask';
import { CASES, graphOf, type OperatorCase, OUTPUT } from '../ops/cases';
import { outputFor } from '../run';
import { assertClose, drawn } from '../tensors';
import { someToCut } from './some-to-cut';
import { TYING_CASES } from './tying-cases';

/** Operators with nothing to cut on either side, or that compute something else each time; and why. */
const UNCUT: ReadonlyMap<string, string> = new Map([
  ['DynamicQuantizeLinear', 'its scale is that of all it reads: see formats/onnx/quantised.test.ts'],
  ['ConstantOfShape', 'what it makes is as wide as a number says: see formats/onnx/computed-shapes.test.ts'],
  ['EyeLike', 'what it makes is of positions'],
  ['RandomNormalLike', 'it draws other numbers each time'],
  ['RandomUniformLike', 'it draws other numbers each time'],
  ['Shape', 'what it makes are sizes: see ops/structure.test.ts'],
  ['Size', 'what it makes is a size'],
]);

/** How many elements of the fed axis each element of a cut one is a mean of. */
const FED = 3;

interface Network {
  readonly graph: Graph;
  readonly samples: Tensor;
}

const LETTERS = 'abcdefgh';

/** By a matrix along one axis: of the size that it has, to the one that it makes. */
function multiplied(builder: GraphBuilder, value: string, axis: number, matrix: string): string {
  const letters = LETTERS.slice(0, builder.shape(value).length);
  const result = letters.replace(letters[axis] ?? '', 'z');
  return builder.op('Einsum', [value, matrix], { equation: `${letters},${letters[axis]}z->${result}` });
}

/** Slices 0, 1 and 2 of an axis, as numbers. */
function slices({ shape, data }: Tensor, axis: number): Tensor {
  const [size, inner] = [shape[axis] ?? 1, elementCount(shape.slice(axis + 1))];
  const fed = shape.with(axis, FED);
  const values = Array.from({ length: elementCount(fed) }, (_, n) => {
    const [outer, rest] = [Math.floor(n / (inner * FED)), n % (inner * FED)];
    return Number(data[outer * inner * size + (Math.floor(rest / inner) % size) * inner + (rest % inner)]);
  });
  return float32(fed, Float32Array.from(values));
}

/** Columns that add up to one: what they make of values lies between them, where the operator takes it. */
function means(size: number): Float32Array {
  const weights = (drawn([FED, size], 'means').data as Float32Array).map((value) => 0.1 + Math.abs(value));
  const sum = (column: number): number =>
    [0, 1, 2].reduce((total, row) => total + Number(weights[row * size + column]), 0);
  return weights.map((value, i) => value / sum(i % size));
}

const CASTS: Readonly<Partial<Record<Tensor['type'], number>>> = { uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 };

/** The value made by a product along an axis, of the type that the case has. */
function made(builder: GraphBuilder, { type, shape }: Tensor, axis: number): string {
  const size = shape[axis] ?? 1;
  const kernel = builder.addWeight(float32Weight('made', [FED, size], means(size)));
  const product = multiplied(builder, 'x', axis, kernel);
  if (type === 'float32') return product;
  if (type === 'bool') return builder.op('Greater', [product, builder.float(0.5)]);
  return builder.op('Cast', [product], { to: CASTS[type] ?? 1 });
}

/** Read along an axis by a product. */
function read(builder: GraphBuilder, value: string, axis: number): string {
  const size = Number(builder.shape(value)[axis]);
  const matrix = float32Weight('read', [size, 2], drawn([size, 2], 'read').data as Float32Array);
  return multiplied(builder, builder.op('Cast', [value], { to: 1 }), axis, builder.addWeight(matrix));
}

/** The case with an input made along an axis, its others as weights, and its output read along an axis. */
function networkOf(given: OperatorCase, name: string, from: number, to: number): Network {
  const builder = new GraphBuilder();
  const own = given.values.get(name) as Tensor;
  const samples = slices(own, from);
  builder.addInput({ name: 'x', type: 'float32', shape: samples.shape });
  const named = new Map([[name, made(builder, own, from)]]);
  for (const [other, tensor] of [...given.values, ...given.constants]) {
    if (other === name) continue;
    const isWeight = given.values.has(other) && tensor.type === 'float32';
    const weight = isWeight && float32Weight(other, tensor.shape, tensor.data as Float32Array);
    named.set(other, weight ? builder.addWeight(weight) : builder.addConstant(tensor));
  }
  const inputs = given.node.inputs.map((input) => named.get(input) ?? '');
  builder.add({ ...given.node, inputs });
  builder.addOutput(read(builder, OUTPUT, to));
  return { graph: builder.build(), samples };
}

/** What a cut takes of the weights: the same of others but the made value is the same test again. */
function takenOf({ weights }: Graph, channels: Channels, removed: ReadonlySet<number>): string {
  const taken = [...weights].map(([name, { shape }]) => [
    name,
    shape.map((_, axis) => Array.from(channels.of(name, axis) ?? [], (channel) => removed.has(channel))),
  ]);
  return JSON.stringify(taken.filter(([, axes]) => axes?.toString().includes('true')));
}

/** Number of networks of the case that had something to cut. */
async function tryCase(given: OperatorCase): Promise<number> {
  const rank = shapeOf(inferShapes(graphOf(given)), OUTPUT).length;
  const tried = new Set<string>();
  for (const [name, { shape }] of given.values) {
    for (let from = 0; from < shape.length; from++) {
      for (let to = 0; to < rank; to++) {
        const { graph, samples } = networkOf(given, name, from, to);
        const channels = analyseChannels(graph);
        const removed = someToCut(channels, 1, 0.5);
        const taken = takenOf(graph, channels, removed);
        if (removed.size === 0 || tried.has(taken)) continue;
        tried.add(taken);
        const expected = await outputFor(mask(graph, channels, removed), samples);
        const what = `${given.title}: ${name} along ${from}, read along ${to}`;
        assertClose(await outputFor(cut(graph, channels, removed), samples), expected, 1e-5, what);
      }
    }
  }
  return tried.size;
}

for (const { type } of [...OPERATORS.values()].filter(({ ties }) => ties !== undefined)) {
  const skip = UNCUT.get(type) ?? false;
  test(`${type}: cutting channels gives the outputs of silencing them`, { skip }, async () => {
    let cuts = 0;
    for (const given of [...CASES, ...TYING_CASES].filter(({ node }) => node.type === type))
      cuts += await tryCase(given);
    assert.ok(cuts > 0, `no case of ${type} has anything to cut: add one to tying-cases.ts`);
  });
}
