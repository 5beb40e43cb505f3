// Writes a graph as an ONNX model for an engine to run.
import type { Attribute, Encoded, Graph, Node, Shape, Value } from '../../model/graph';
import type { ElementType, Tensor } from '../../model/tensor';
import { DROPOUT_RATE } from '../../ops/dropout';
import { attributeOf } from './attributes';
import {
  AttributeField,
  DimensionField,
  GraphField,
  ModelField,
  NodeField,
  OpsetField,
  ShapeField,
  TensorField,
  TensorTypeField,
  TypeField,
  ValueInfoField,
} from './messages';
import { dataTypeOf } from './stored-tensor';
import { BYTES, encode, type Field, Message, type Payload, VARINT } from './wire';

/** Opset 18, the newest in which every operator we emit keeps its meaning; IR 8 came with it. */
const OPSET = 18;
const IR_VERSION = 8;

/** @param initializers weights baked into the model: an engine may fold and repack what it knows not to change. */
export function encodeOnnx(graph: Graph, initializers: ReadonlyMap<string, Tensor>): Uint8Array {
  const tensors = [...graph.constants, ...initializers].map(([name, tensor]) => encodeTensor(name, tensor));
  const domains = [['', OPSET] as const, ...(graph.domains ?? [])];
  const model = message(
    [ModelField.irVersion, IR_VERSION],
    [ModelField.producer, 'neuron-pruner'],
    [
      ModelField.graph,
      message(
        ...graph.nodes.map((node) => [GraphField.node, encodeNode(node)] as const),
        [GraphField.name, 'graph'],
        ...tensors.map((tensor) => [GraphField.initializer, tensor] as const),
        ...graph.inputs.map((value) => [GraphField.input, encodeValue(value)] as const),
        ...graph.outputs.map((value) => [GraphField.output, encodeValue(value)] as const),
      ),
    ],
    ...domains.map(
      ([domain, version]) =>
        [ModelField.opset, message([OpsetField.domain, domain], [OpsetField.version, version])] as const,
    ),
  );
  return Buffer.concat([...encode(model)] as Uint8Array[], model.size);
}

export function encodeNode({ name, type, domain, inputs, outputs, attributes }: Node): Message {
  return message(
    ...inputs.map((value) => [NodeField.input, value] as const),
    ...outputs.map((value) => [NodeField.output, value] as const),
    [NodeField.name, name],
    [NodeField.opType, type],
    ...Object.entries(attributes)
      .filter(([key]) => key !== DROPOUT_RATE)
      .map(([key, value]) => [NodeField.attribute, encodeAttribute(key, value)] as const),
    ...(domain === undefined ? [] : [[NodeField.domain, domain] as const]),
  );
}

/** AttributeProto.AttributeType of what is no number. */
const [STRING, TENSOR, STRINGS] = [3, 4, 8];

function encodeAttribute(name: string, value: Attribute): Message | Uint8Array {
  if (typeof value === 'number') return attributeOf(name, value);
  if (typeof value === 'string') {
    return message([AttributeField.name, name], [AttributeField.s, value], [AttributeField.type, STRING]);
  }
  if (isList(value)) {
    if (!value.some((item) => typeof item === 'string')) return attributeOf(name, value as readonly number[]);
    const texts = value.map((text) => [AttributeField.strings, String(text)] as const);
    return message([AttributeField.name, name], ...texts, [AttributeField.type, STRINGS]);
  }
  if (isEncoded(value)) return value.encoded;
  return message(
    [AttributeField.name, name],
    [AttributeField.tensor, encodeTensor('', value)],
    [AttributeField.type, TENSOR],
  );
}

function isList(value: Attribute): value is readonly number[] | readonly string[] {
  return Array.isArray(value);
}

function isEncoded(value: Tensor | Encoded): value is Encoded {
  return 'encoded' in value;
}

export function encodeTensor(name: string, { type, shape, data }: Tensor): Message {
  return message(
    ...shape.map((size) => [TensorField.dims, size] as const),
    [TensorField.dataType, dataTypeOf(type)],
    [TensorField.name, name],
    [TensorField.rawData, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
  );
}

export function encodeValue({ name, type, shape }: Value): Message {
  return message([ValueInfoField.name, name], [ValueInfoField.type, encodeType(type, shape)]);
}

function encodeType(type: ElementType, shape: Shape): Message {
  const tensor = message(
    [TensorTypeField.elementType, dataTypeOf(type)],
    [TensorTypeField.shape, message(...shape.map((size) => [ShapeField.dimension, encodeDimension(size)] as const))],
  );
  return message([TypeField.tensor, tensor]);
}

function encodeDimension(size: number | string): Message {
  return typeof size === 'number' ? message([DimensionField.value, size]) : message([DimensionField.parameter, size]);
}

/** A message of these fields, by number: a text or bytes, an integer, or a message. */
function message(...fields: readonly (readonly [number, string | number | Uint8Array | Message])[]): Message {
  return new Message(
    fields.map(([number, value]): Field => {
      if (typeof value === 'number') return { number, wire: VARINT, payload: BigInt.asUintN(64, BigInt(value)) };
      const payload: Payload = typeof value === 'string' ? Buffer.from(value) : value;
      return { number, wire: BYTES, payload };
    }),
  );
}
