// Writes a graph as an ONNX model for an engine to run.
import type { Attribute, Graph, Node, Shape, Value } from '../../model/graph';
import type { Tensor } from '../../model/tensor';
import { DROPOUT_RATE } from '../../ops/dropout';
import { ATTRIBUTE_TYPE, DATA_TYPE, ModelProto } from './schema';

/** Opset 18, the newest in which every operator we emit keeps its meaning; IR 8 came with it. */
const OPSET = 18;
const IR_VERSION = 8;

/** Attributes that the specification declares as floats; every other number is an integer. */
const FLOAT_ATTRIBUTES = new Set(['alpha', 'beta', 'gamma', 'epsilon', 'momentum']);

/** @param initializers weights baked into the model: an engine may fold and repack what it knows not to change. */
export function encodeOnnx(graph: Graph, initializers: ReadonlyMap<string, Tensor>): Uint8Array {
  const message = {
    irVersion: IR_VERSION,
    producerName: 'neuron-pruner',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'graph',
      node: graph.nodes.map(encodeNode),
      initializer: [...graph.constants, ...initializers].map(([name, tensor]) => encodeTensor(name, tensor)),
      input: graph.inputs.map(encodeValue),
      output: graph.outputs.map(encodeValue),
    },
  };
  return ModelProto.encode(ModelProto.fromObject(message)).finish();
}

function encodeNode({ name, type, inputs, outputs, attributes }: Node): object {
  const attribute = Object.entries(attributes)
    .filter(([key]) => key !== DROPOUT_RATE)
    .map(([key, value]) => encodeAttribute(key, value));
  return { name, opType: type, input: inputs, output: outputs, attribute };
}

function encodeAttribute(name: string, value: Attribute): object {
  if (typeof value === 'string') return { name, s: Buffer.from(value), type: ATTRIBUTE_TYPE.string };
  if (typeof value !== 'number') return { name, ints: value, type: ATTRIBUTE_TYPE.ints };
  return FLOAT_ATTRIBUTES.has(name)
    ? { name, f: value, type: ATTRIBUTE_TYPE.float }
    : { name, i: value, type: ATTRIBUTE_TYPE.int };
}

function encodeTensor(name: string, { type, shape, data }: Tensor): object {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: shape, dataType: DATA_TYPE[type], rawData };
}

function encodeValue({ name, type, shape }: Value): object {
  return { name, type: { tensorType: { elemType: DATA_TYPE[type], shape: encodeShape(shape) } } };
}

function encodeShape(shape: Shape): object {
  return { dim: shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })) };
}
