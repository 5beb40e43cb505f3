// Nodes of a file that are not as such nodes are: refused in one sentence that names them. What is wrong with us and not
// with the file stays an error of its own kind.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { asInFile, EngineError } from '../../../src/engines/engine';
import { onnxruntime } from '../../../src/engines/onnxruntime';
import { UserError } from '../../../src/errors';
import { GraphField, ModelField, NodeField } from '../../../src/formats/onnx/messages';
import { scanModel } from '../../../src/formats/onnx/scan';
import { BYTES, encode } from '../../../src/formats/onnx/wire';
import { openModel } from '../../../src/formats/open';
import { BATCH, type Node, type Shape, UnknownYet } from '../../../src/model/graph';
import { float32, int64, type Tensor } from '../../../src/model/tensor';
import { loadValues } from '../../../src/model/values';
import { NodeError, ofNode } from '../../../src/ops/node-error';
import { inspectModel } from '../../../src/pruning/inspect';
import { inFolder } from '../../data/folder';
import { drawn } from '../../tensors';
import { writeModelFile } from './model-file';

type FileNode = Pick<Node, 'type' | 'inputs' | 'outputs'> & Partial<Pick<Node, 'attributes'>>;

const X: Shape = [BATCH, 3, 8, 8];
const KERNEL: readonly [string, Tensor] = ['kernel', drawn([4, 3, 3, 3], 'kernel')];
const LEAST = -(2 ** 63);

const DAMAGED: readonly (readonly [node: FileNode, says: RegExp])[] = [
  [{ type: 'Conv', inputs: ['x'], outputs: ['y'] }, /Conv "Conv_0" lacks input 1/],
  [{ type: 'Conv', inputs: [], outputs: ['y'] }, /Conv "Conv_0" /],
  [{ type: 'Conv', inputs: ['x', 'kernel'], outputs: [] }, /Conv "Conv_0" has no output/],
  [{ type: 'Conv', inputs: ['x', 'vector'], outputs: ['y'] }, /Conv "Conv_0"/],
  [
    { type: 'Conv', inputs: ['x', 'kernel'], outputs: ['y'], attributes: { strides: [0, 1] } },
    /Conv "Conv_0": strides is \[0, 1\] where it wants 2 whole numbers from 1 on/,
  ],
  [
    { type: 'Conv', inputs: ['x', 'kernel'], outputs: ['y'], attributes: { pads: [1] } },
    /Conv "Conv_0": pads is \[1\] where it wants 4 whole numbers/,
  ],
  [{ type: 'Conv', inputs: ['x', 'kernel'], outputs: ['y'], attributes: { group: 0 } }, /Conv "Conv_0"/],
  [
    { type: 'MaxPool', inputs: ['x'], outputs: ['y'], attributes: { kernel_shape: [-2, 2] } },
    /MaxPool "MaxPool_0": kernel_shape is \[-2, 2\]/,
  ],
  [
    { type: 'MaxPool', inputs: ['x'], outputs: ['y'], attributes: { kernel_shape: [2] } },
    /MaxPool "MaxPool_0": a window of 1 axes slides over 2/,
  ],
  [
    { type: 'Transpose', inputs: ['x'], outputs: ['y'], attributes: { perm: [0, 1, 2, LEAST] } },
    /Transpose "Transpose_0"/,
  ],
  [{ type: 'Transpose', inputs: ['x'], outputs: ['y'], attributes: { perm: [7, 1, 2, 3] } }, /Transpose "Transpose_0"/],
  [{ type: 'Concat', inputs: ['x', 'x'], outputs: ['y'], attributes: { axis: LEAST } }, /Concat "Concat_0"/],
  [{ type: 'Concat', inputs: ['x', 'vector'], outputs: ['y'], attributes: { axis: 1 } }, /Concat "Concat_0"/],
  [{ type: 'Relu', inputs: [], outputs: ['y'] }, /Relu "Relu_0" lacks input 0/],
  [
    { type: 'DepthToSpace', inputs: ['x'], outputs: ['y'], attributes: { blocksize: 'two' } },
    /DepthToSpace "DepthToSpace_0": attribute blocksize must be a number/,
  ],
  [{ type: 'LSTM', inputs: ['x'], outputs: ['y'], attributes: { hidden_size: 4 } }, /LSTM "LSTM_0"/],
];

test('one sentence names the node and says what does not fit', () =>
  inFolder(async (folder) => {
    for (const [node, says] of DAMAGED) {
      const path = writeModelFile(folder, {
        opset: 18,
        x: X,
        y: [BATCH, 4, 6, 6],
        nodes: [node],
        tensors: new Map([KERNEL, ['vector', float32([3], Float32Array.of(1, 2, 3))]]),
      });
      const what = JSON.stringify(node);
      await assert.rejects(
        openModel(path).then(inspectModel),
        (error: unknown) => {
          assert.ok(error instanceof UserError, `${what}: ${error instanceof Error ? error.stack : error}`);
          assert.match(error.message, says, what);
          assert.doesNotMatch(error.message, /NaN|undefined|\[object/, what);
          return true;
        },
        what,
      );
    }
  }));

test('a Constant of more outputs than one is as unknown as any other', () =>
  inFolder(async (folder) => {
    const nodes = [
      { type: 'Constant', inputs: [], outputs: ['', 'one'], attributes: { value_float: 1 } },
      { type: 'Add', inputs: ['x', 'one'], outputs: ['y'] },
    ];
    const path = writeModelFile(folder, { opset: 18, x: X, y: X, nodes, tensors: new Map() });
    const { warnings } = await openModel(path);
    assert.match(warnings.join(), /Constant is not known/);
  }));

test('an attribute that a node has twice', () =>
  inFolder(async (folder) => {
    const node = { type: 'Conv', inputs: ['x', 'kernel'], outputs: ['y'], attributes: { strides: [1, 1] } };
    const y = [BATCH, 4, 6, 6];
    const path = writeModelFile(folder, { opset: 18, x: X, y, nodes: [node], tensors: new Map([KERNEL]) });
    const model = scanModel(path);
    const graph = model.message(ModelField.graph);
    const twice = graph?.messages(GraphField.node).map((own) => {
      const attributes = own.messages(NodeField.attribute);
      return own.with(NodeField.attribute, BYTES, [...attributes, ...attributes]);
    });
    const changed = model.with(
      ModelField.graph,
      BYTES,
      [graph?.with(GraphField.node, BYTES, twice ?? [])].flatMap((own) => own ?? []),
    );
    const bytes = Buffer.concat([...encode(changed)] as Uint8Array[]);
    assert.ok(bytes.length > readFileSync(path).length);
    writeFileSync(path, bytes);
    await assert.rejects(openModel(path), /Conv "Conv_0" has two attributes called "strides"/);
  }));

test('what a rule throws of itself is said, what it trips over is not, and both are kept as the cause', () => {
  const node = { type: 'Conv', name: 'first' };
  const thrownBy = (cause: unknown): unknown => {
    try {
      return ofNode(node, () => {
        throw cause;
      });
    } catch (error) {
      return error;
    }
  };
  const said = new Error('3 channels meet 4');
  const tripped = new TypeError("Cannot read properties of undefined (reading '0')");
  for (const [cause, says] of [
    [said, /^Conv "first": 3 channels meet 4$/],
    [tripped, /^Conv "first" can't be made sense of/],
    [new Error('an axis of NaN elements'), /^Conv "first" can't be made sense of/],
  ] as const) {
    const error = thrownBy(cause);
    assert.ok(error instanceof NodeError && error instanceof UserError);
    assert.match(error.message, says);
    assert.equal(error.cause, cause);
  }
  for (const own of [new UserError('no'), new UnknownYet('later')]) assert.equal(thrownBy(own), own);
});

/** Whether layers behind a convolution can be pruned. */
async function prunableAround(
  folder: string,
  between: readonly FileNode[],
  tensors: readonly (readonly [string, Tensor])[],
): Promise<readonly (boolean | undefined)[]> {
  const path = writeModelFile(folder, {
    opset: 18,
    x: [1, 3, 'height', 'width'],
    y: [1, 5],
    nodes: [{ type: 'Conv', inputs: ['x', 'kernel'], outputs: ['a'] }, ...between],
    tensors: new Map([KERNEL, ...tensors]),
  });
  return inspectModel(await openModel(path)).layers.map(({ prunable }) => prunable);
}

test('an image of unknown size folded to a fixed one keeps its channels: where they come to lie is not known', () =>
  inFolder(async (folder) => {
    const between = [
      { type: 'Reshape', inputs: ['a', 'to'], outputs: ['b'] },
      { type: 'MatMul', inputs: ['b', 'matrix'], outputs: ['y'] },
    ];
    const tensors = [['to', int64([1, 144])] as const, ['matrix', drawn([144, 5], 'matrix')] as const];
    assert.deepEqual(await prunableAround(folder, between, tensors), [false, false, false]);
  }));

test('a model that onnxruntime refuses as it is: its words in one sentence, and what is not its doing stays an error', () =>
  inFolder(async (folder) => {
    const nodes = [
      { type: 'Cast', inputs: ['x'], outputs: ['whole'], attributes: { to: 7 } },
      { type: 'Conv', inputs: ['whole', 'kernel'], outputs: ['y'] },
    ];
    const y = [BATCH, 4, 6, 6];
    const path = writeModelFile(folder, { opset: 18, x: X, y, nodes, tensors: new Map([KERNEL]) });
    const { graph } = await openModel(path);
    const run = async () => onnxruntime().compile(graph, await loadValues(graph));
    await assert.rejects(run, EngineError);
    await assert.rejects(
      asInFile(run),
      (error: unknown) =>
        error instanceof UserError &&
        error.cause instanceof EngineError &&
        /can't be run as it is: .*Conv/.test(error.message),
    );
    const ours = new TypeError('a fault of ours');
    await assert.rejects(
      asInFile(async () => {
        throw ours;
      }),
      ours,
    );
  }));
