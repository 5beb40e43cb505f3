// Ifs that are decided by sizes in the file, as TorchScript writes one for each squeeze: the branch taken is cut.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeNode, encodeTensor } from '../../../src/formats/onnx/encode';
import { AttributeField, GraphField, ValueInfoField } from '../../../src/formats/onnx/messages';
import { BYTES, encode, Message, VARINT } from '../../../src/formats/onnx/wire';
import { openModel } from '../../../src/formats/open';
import type { Encoded, Node, Shape } from '../../../src/model/graph';
import { int64, type Tensor } from '../../../src/model/tensor';
import { analyseChannels } from '../../../src/pruning/channels';
import { drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import { type ModelFile, writeModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-branches-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const GRAPH = 5n;

/** An attribute that holds a graph of one output. */
function branch(
  name: string,
  nodes: readonly Pick<Node, 'type' | 'inputs' | 'outputs'>[],
  tensors: Readonly<Record<string, Tensor>> = {},
): Encoded {
  const output = nodes.at(-1)?.outputs[0] ?? '';
  const graph = new Message([])
    .with(
      GraphField.node,
      BYTES,
      nodes.map((node) => encodeNode({ name: '', layer: '', attributes: {}, ...node })),
    )
    .withText(GraphField.name, name)
    .with(
      GraphField.initializer,
      BYTES,
      Object.entries(tensors).map(([own, tensor]) => encodeTensor(own, tensor)),
    )
    .with(GraphField.output, BYTES, [new Message([]).withText(ValueInfoField.name, output)]);
  const attribute = new Message([])
    .withText(AttributeField.name, name)
    .with(AttributeField.graph, BYTES, [graph])
    .with(AttributeField.type, VARINT, [GRAPH]);
  return { encoded: Buffer.concat([...encode(attribute)] as Uint8Array[]) };
}

/** A row a sample, squeezed where an axis of its shape is 1. */
function squeezed(x: Shape, axis: number, equals: number): ModelFile {
  return {
    opset: 17,
    x,
    y: ['batch', 4],
    nodes: [
      { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
      { type: 'GlobalAveragePool', inputs: ['wide'], outputs: ['pooled'] },
      { type: 'Shape', inputs: ['pooled'], outputs: ['sizes'] },
      { type: 'Gather', inputs: ['sizes', 'axis'], outputs: ['size'] },
      { type: 'Equal', inputs: ['size', 'one'], outputs: ['alone'] },
      {
        type: 'If',
        inputs: ['alone'],
        outputs: ['row'],
        attributes: {
          then_branch: branch(
            'then_branch',
            [
              { type: 'Reshape', inputs: ['pooled', 'target'], outputs: ['flat'] },
              { type: 'Relu', inputs: ['flat'], outputs: ['bent'] },
            ],
            { target: int64([-1, 12]) },
          ),
          else_branch: branch('else_branch', [{ type: 'Flatten', inputs: ['pooled'], outputs: ['flat'] }]),
        },
      },
      { type: 'MatMul', inputs: ['row', 'b'], outputs: ['y'] },
    ],
    tensors: new Map<string, Tensor>([
      ['a', drawn([12, 3, 3, 3], 'a')],
      ['b', drawn([12, 4], 'b')],
      ['axis', int64([axis])],
      ['one', int64([equals])],
    ]),
  };
}

for (const [taken, axis] of [
  ['then', 2],
  ['else', 1],
] as const) {
  test(`the ${taken} branch is cut and written where the sizes in the file decide for it`, async () => {
    const { before, after } = await cutAndCompare(folder, squeezed(['batch', 3, 6, 6], axis, 1), [2, 3, 6, 6]);
    assert.ok(after < 0.8 * before);
  });
}

test('an If that is decided when the model runs stays, with what it touches', async () => {
  for (const equals of [0, 1]) {
    const model = await openModel(writeModelFile(folder, squeezed(['batch', 3, 6, 6], 0, equals)));
    const channels = analyseChannels(model.graph);
    assert.match(channels.frozen(channels.of('a', 0)?.[0] ?? 0) ?? '', /If runs a graph of its own/);
  }
});
