// What nodes of a file make of its weights: that part of the graph, run as it stands.
import { messageOf, UserError } from '../../errors';
import type { ElementType } from '../../model/tensor';
import { bytesInFiles } from '../files';
import { encodeTensor, encodeValue } from './encode';
import { AttributeField, GraphField, ModelField, NodeField, SparseField, TensorField } from './messages';
import { sparseTensor } from './sparse-tensor';
import { type ExternalFiles, loaded, type StoredTensor, storedTensor } from './stored-tensor';
import { BYTES, encode, isRange, Message, VARINT } from './wire';

/** @returns the elements of the value, in the type it has in the file. */
export async function evaluated(
  name: string,
  type: ElementType,
  shape: readonly number[],
  model: Message,
  external: ExternalFiles,
): Promise<Uint8Array> {
  const graph = await partFor(name, model.message(ModelField.graph) as Message, external);
  const whole = new Message([])
    .with(ModelField.irVersion, VARINT, [BigInt(model.integer(ModelField.irVersion))])
    .with(ModelField.opset, BYTES, model.messages(ModelField.opset))
    .with(ModelField.graph, BYTES, [graph.with(GraphField.output, BYTES, [encodeValue({ name, type, shape })])]);
  const { InferenceSession } = await runtime(name);
  const bytes = await bytesOf(whole);
  try {
    const session = await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 4,
    });
    try {
      const { [name]: made } = await session.run({});
      const data = made?.data as Float32Array;
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    } finally {
      await session.release();
    }
  } catch (error) {
    // The nodes are the file's own, as they stand in it.
    throw new UserError(
      `the weight "${name}" can't be worked out from others, as onnxruntime says: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

async function runtime(name: string): Promise<typeof import('onnxruntime-node')> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw new UserError(
      `the weight "${name}" has to be worked out from others, for which onnxruntime is missing (${messageOf(error)}). ` +
        'Install it: npm install onnxruntime-node',
    );
  }
}

/** The nodes that a value hangs on, and their tensors, wherever these are stored. */
async function partFor(wanted: string, graph: Message, external: ExternalFiles): Promise<Message> {
  const makers = new Map(
    graph
      .messages(GraphField.node)
      .flatMap((node) => node.texts(NodeField.output).map((name) => [name, node] as const)),
  );
  const tensors = new Map([
    ...graph.messages(GraphField.initializer).map((tensor) => [tensor.text(TensorField.name), tensor] as const),
    ...graph
      .messages(GraphField.sparseInitializer)
      .map((tensor) => [tensor.message(SparseField.values)?.text(TensorField.name) ?? '', tensor] as const),
  ]);
  const nodes = new Set<Message>();
  const stored = new Map<string, StoredTensor>();
  const waiting = [wanted];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === '' || stored.has(name)) continue;
    const maker = makers.get(name);
    const tensor = maker === undefined ? await read(tensors.get(name), external) : await constant(maker, external);
    if (tensor !== undefined) stored.set(name, tensor);
    else if (maker !== undefined && !nodes.has(maker)) {
      nodes.add(maker);
      waiting.push(...maker.texts(NodeField.input));
    }
  }
  const initializers: Message[] = [];
  for (const [name, tensor] of stored) initializers.push(encodeTensor(name, await loaded(tensor)));
  // In the order of the file; onnxruntime sorts them itself where that breaks the rule.
  const ordered = graph.messages(GraphField.node).filter((node) => nodes.has(node));
  return new Message([])
    .with(GraphField.node, BYTES, ordered)
    .withText(GraphField.name, 'part')
    .with(GraphField.initializer, BYTES, initializers);
}

async function read(tensor: Message | undefined, external: ExternalFiles): Promise<StoredTensor | undefined> {
  if (tensor === undefined) return undefined;
  const isSparse = tensor.message(SparseField.values) !== undefined;
  return isSparse ? sparseTensor(tensor, external) : storedTensor(tensor, external);
}

/** Its tensor may lie in another file. */
async function constant(node: Message, external: ExternalFiles): Promise<StoredTensor | undefined> {
  if (node.text(NodeField.opType) !== 'Constant') return undefined;
  const tensor = node.messages(NodeField.attribute)[0]?.message(AttributeField.tensor);
  return tensor && storedTensor(tensor, external);
}

async function bytesOf(model: Message): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (const piece of encode(model)) {
    if (piece instanceof Uint8Array) pieces.push(piece);
    else pieces.push(isRange(piece) ? await bytesInFiles([piece], piece.length)() : await piece.bytes());
  }
  return Buffer.concat(pieces);
}
