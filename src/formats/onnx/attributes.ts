// AttributeProto to an attribute of ours, and back into the file's own.
import type { Attribute, Encoded } from '../../model/graph';
import { asInt64 } from '../../model/tensor';
import { readRange } from '../files';
import { AttributeField, NodeField } from './messages';
import { BYTES, encode, FIXED32, isRange, Message, type Payload, textOf, VARINT } from './wire';

/** AttributeProto.AttributeType. */
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const FLOATS = 6;
const INTS = 7;
const STRINGS = 8;

/** Attributes that the specification declares as floats, alone or as lists; every other number is an integer. */
export const FLOAT_ATTRIBUTES: ReadonlySet<string> = new Set([
  'activation_alpha',
  'activation_beta',
  'activation_gamma',
  'activation_params',
  'alpha',
  'beta',
  'bias',
  'clip',
  'cubic_coeff_a',
  'epsilon',
  'extrapolation_value',
  'gamma',
  'high',
  'lambd',
  'low',
  'mask_filter_value',
  'max',
  'mean',
  'min',
  'momentum',
  'offset',
  'ratio',
  'scale',
  'scales',
  'softcap',
  'value',
]);

export const nameOf = (attribute: Message): string => attribute.text(AttributeField.name);

/** A number, a text or a list of either; undefined for any other kind, and where a number's kind would get lost. */
export function plainAttribute(attribute: Message): Attribute | undefined {
  const float = FLOAT_ATTRIBUTES.has(nameOf(attribute));
  switch (attribute.integer(AttributeField.type)) {
    case FLOAT:
      return float ? floatOf(attribute.field(AttributeField.f)?.payload) : undefined;
    case INT:
      return float ? undefined : attribute.integer(AttributeField.i);
    case STRING:
      return textOf(attribute.field(AttributeField.s)?.payload ?? new Uint8Array());
    case FLOATS:
      return float ? attribute.floats(AttributeField.floats) : undefined;
    case INTS:
      return float ? undefined : attribute.integers(AttributeField.ints);
    case STRINGS:
      return attribute.texts(AttributeField.strings);
    default:
      return undefined;
  }
}

export function floatOf(payload: Payload | undefined): number {
  if (!(payload instanceof Uint8Array) || payload.length !== 4) return 0;
  return new DataView(payload.buffer, payload.byteOffset, 4).getFloat32(0, true);
}

/** More than any structure takes: a tensor that is kept as an attribute of an operator we do not know. */
const MAX_ENCODED_BYTES = 256 * 2 ** 20;

/** The attribute as the file holds it. */
export async function encodedAttribute(attribute: Message): Promise<Encoded> {
  if (attribute.size > MAX_ENCODED_BYTES) {
    throw new Error(`attribute "${nameOf(attribute)}" takes more than ${MAX_ENCODED_BYTES / 2 ** 20} MB`);
  }
  const chunks: Uint8Array[] = [];
  for (const chunk of encode(attribute)) {
    if (chunk instanceof Uint8Array) chunks.push(chunk);
    else chunks.push(isRange(chunk) ? await readRange(chunk.path, chunk.offset, chunk.length) : await chunk.bytes());
  }
  return { encoded: Buffer.concat(chunks) };
}

/** The file's attribute with another value of the same kind. */
export function withValue(attribute: Message, value: number | readonly number[]): Message {
  switch (attribute.integer(AttributeField.type)) {
    case FLOAT:
      return attribute.with(AttributeField.f, FIXED32, [float32Bytes([Number(value)])]);
    case INT:
      return attribute.with(AttributeField.i, VARINT, [BigInt.asUintN(64, asInt64(Number(value)))]);
    case FLOATS:
      return attribute.with(AttributeField.floats, BYTES, [float32Bytes(value as readonly number[])]);
    case INTS:
      return attribute.withIntegers(AttributeField.ints, value as readonly number[]);
    default:
      throw new Error(`attribute "${nameOf(attribute)}" holds no numbers`);
  }
}

/** The node with another value of an attribute, or with one that it had not. */
export function setAttribute(node: Message, name: string, value: number | readonly number[]): Message {
  const attributes = node.messages(NodeField.attribute);
  const known = attributes.some((attribute) => nameOf(attribute) === name);
  const updated = attributes.map((attribute) => (nameOf(attribute) === name ? withValue(attribute, value) : attribute));
  return node.with(NodeField.attribute, BYTES, known ? updated : [...updated, attributeOf(name, value)]);
}

/** A new attribute. */
export function attributeOf(name: string, value: number | readonly number[]): Message {
  const float = FLOAT_ATTRIBUTES.has(name);
  const type = typeof value === 'number' ? (float ? FLOAT : INT) : float ? FLOATS : INTS;
  const empty = new Message([]).withText(AttributeField.name, name).with(AttributeField.type, VARINT, [BigInt(type)]);
  return withValue(empty, value);
}

function float32Bytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}
