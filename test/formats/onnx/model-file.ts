// ONNX files of any operator set, as other tools wrote them: a few nodes between an input x and an output y.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeOnnx } from '../../../src/formats/onnx/encode';
import { ModelField, OpsetField } from '../../../src/formats/onnx/messages';
import { scanModel } from '../../../src/formats/onnx/scan';
import { BYTES, encode, isRange, Message, VARINT } from '../../../src/formats/onnx/wire';
import type { Graph, Node, Shape } from '../../../src/model/graph';
import type { Tensor } from '../../../src/model/tensor';

export interface ModelFile {
  readonly opset: number;
  /** Versions of other operator sets. */
  readonly domains?: ReadonlyMap<string, number>;
  readonly x: Shape;
  readonly y: Shape;
  readonly nodes: readonly (Pick<Node, 'type' | 'inputs' | 'outputs'> & Partial<Pick<Node, 'attributes' | 'domain'>>)[];
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** @returns path of the file, in a folder of its own within `folder`. */
export function writeModelFile(folder: string, { opset, domains, x, y, nodes, tensors }: ModelFile): string {
  const graph: Graph = {
    inputs: [{ name: 'x', type: 'float32', shape: x }],
    outputs: [{ name: 'y', type: 'float32', shape: y }],
    nodes: nodes.map((node, i) => ({ name: `${node.type}_${i}`, layer: '', attributes: {}, ...node })),
    weights: new Map(),
    constants: new Map(),
    ...(domains && { domains }),
  };
  const path = join(mkdtempSync(join(folder, 'model-')), 'model.onnx');
  writeFileSync(path, encodeOnnx(graph, tensors));
  const model = scanModel(path);
  const [, ...others] = model.messages(ModelField.opset);
  const own = new Message([]).withText(OpsetField.domain, '').with(OpsetField.version, VARINT, [BigInt(opset)]);
  writeFileSync(path, bytesOf(model.with(ModelField.opset, BYTES, [own, ...others]), path));
  return path;
}

function bytesOf(message: Message, path: string): Buffer {
  return Buffer.concat(
    [...encode(message)].map((chunk) => {
      if (chunk instanceof Uint8Array) return chunk;
      throw new Error(
        `${path}: ${isRange(chunk) ? 'a tensor too large for a test' : 'a weight that is not there yet'}`,
      );
    }),
  );
}
