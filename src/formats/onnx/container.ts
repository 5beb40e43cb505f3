// An ONNX file as the container of a model: what it was read from, and how a changed model is written back.
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { piecesOf } from '../../model/bytes';
import type { Graph } from '../../model/graph';
import type { Container, Model } from '../../model/model';
import { bytesInFiles, type FileRange, writeFolder, writeWhole } from '../files';
import { uint8Of } from './dequantization';
import { type DataFile, layOut } from './external-data';
import type { ImportedGraph } from './import-graph';
import { GraphField, ModelField } from './messages';
import type { ExternalFiles } from './stored-tensor';
import { TensorEdits } from './tensor-edits';
import { BYTES, encode, isRange, type LateBytes, type Message, VARINT } from './wire';
import { writeGraph } from './write-graph';

const SPARSE_IR_VERSION = 6;

export interface OnnxDocument {
  readonly path: string;
  readonly proto: Message;
  /** As the file has it, where functions or branches are written out in `proto`: what did not change stays so. */
  readonly asStored?: Message;
  readonly imported: ImportedGraph;
  /** Vectors that layers share in the file, by the names they have apart. */
  readonly copies: ReadonlyMap<string, string>;
  readonly opset: number;
  readonly external: ExternalFiles;
}

/** @param graph as it is handed out with the container: what changes is measured against it. */
export function onnxContainer(document: OnnxDocument, graph: Graph): Container {
  return {
    format: 'onnx',
    fewerBits: { uint8: uint8Of(document.opset) },
    sparse: true,
    async write(model, folder) {
      await writeFolder(folder, (partial) => writeDocument(document, graph, model, partial));
      return join(folder, basename(document.path));
    },
  };
}

async function writeDocument(document: OnnxDocument, graph: Graph, model: Model, folder: string): Promise<void> {
  const { external } = document;
  const edits = new TensorEdits();
  const isStored = document.asStored !== undefined && model.graph === graph;
  const { model: whole, files } = await layOut(
    isStored ? document.asStored : await changed(document, graph, model.graph, edits),
    edits.external,
    (location) => external.find(location, document.path),
  );
  for (const file of files) {
    const path = join(folder, file.location);
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, dataOf(file));
  }
  await writeWhole(join(folder, basename(document.path)), bytesOf(encode(whole)));
}

async function changed(document: OnnxDocument, graph: Graph, now: Graph, edits: TensorEdits): Promise<Message> {
  const { proto, imported, copies, opset } = document;
  const written = await writeGraph({ proto: graphOf(proto), imported, copies, graph, opset }, now, edits);
  return withVersion(proto, written).with(ModelField.graph, BYTES, [written]);
}

/** Sparse initializers came with IR version 6; a file of an earlier one that has some now says so. */
function withVersion(proto: Message, graph: Message): Message {
  const older = proto.integer(ModelField.irVersion) < SPARSE_IR_VERSION;
  const has = (own: Message): boolean => own.has(GraphField.sparseInitializer);
  if (!older || !has(graph) || has(graphOf(proto))) return proto;
  return proto.with(ModelField.irVersion, VARINT, [BigInt(SPARSE_IR_VERSION)]);
}

function graphOf(proto: Message): Message {
  const graph = proto.message(ModelField.graph);
  if (graph === undefined) throw new Error('a model without a graph');
  return graph;
}

async function* dataOf({ pieces }: DataFile): AsyncGenerator<Uint8Array> {
  let end = 0;
  for (const { offset, content } of pieces) {
    if (offset > end) yield new Uint8Array(offset - end);
    yield* bytesOf([content]);
    end = offset + content.length;
  }
}

/** A piece at a time. */
async function* bytesOf(chunks: Iterable<Uint8Array | FileRange | LateBytes>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (chunk instanceof Uint8Array) yield chunk;
    else if (isRange(chunk)) yield* piecesOf(bytesInFiles([chunk], chunk.length));
    else {
      let length = 0;
      for await (const piece of piecesOf(chunk.bytes)) {
        yield piece;
        length += piece.length;
      }
      if (length !== chunk.length) throw new Error(`a weight of ${chunk.length} bytes came as ${length}`);
    }
  }
}
