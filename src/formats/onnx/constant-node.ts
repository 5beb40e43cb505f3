// The tensor that a Constant or ConstantOfShape node makes.
import { UserError } from '../../errors';
import type { Tensor } from '../../model/tensor';
import { BYTES_PER_ELEMENT, elementCount, float32, int64, integers } from '../../model/tensor';
import { weightValues } from '../../model/weight';
import { floatOf } from './attributes';
import { AttributeField, NodeField } from './messages';
import { type ExternalFiles, type StoredTensor, storedTensor } from './stored-tensor';
import { Message } from './wire';

/** Elements: a 4 GB tensor, more than protobuf lets a file hold. */
const MAX_FILLED = 2 ** 30;

/** @param shape the constant that a ConstantOfShape reads. Undefined for any other node, and a tensor of no numbers. */
export async function constantOf(
  node: Message,
  external: ExternalFiles,
  shape: Tensor | undefined,
  name: string,
): Promise<StoredTensor | undefined> {
  const type = node.text(NodeField.opType);
  if (type === 'Constant') {
    const attribute = node.messages(NodeField.attribute)[0];
    return attribute && constantValue(attribute, external, name);
  }
  if (type !== 'ConstantOfShape' || shape === undefined || shape.type !== 'int64') return undefined;
  const sizes = integers(shape);
  const stated = node.messages(NodeField.attribute)[0]?.message(AttributeField.tensor);
  const value = stated ? await storedTensor(stated, external) : fromTensor('', float32([1], Float32Array.of(0)));
  if (value === undefined) return undefined;
  if (sizes.some((size) => size < 0) || elementCount(sizes) > MAX_FILLED) {
    throw new UserError(`ConstantOfShape makes "${name}" of [${sizes.join(', ')}]: no machine holds that`);
  }
  return { ...filled(name, sizes, value), fill: await weightNumber(value) };
}

async function constantValue(
  attribute: Message,
  external: ExternalFiles,
  name: string,
): Promise<StoredTensor | undefined> {
  switch (attribute.text(AttributeField.name)) {
    case 'value': {
      const tensor = await storedTensor(attribute.message(AttributeField.tensor) ?? new Message([]), external);
      return tensor && { ...tensor, name };
    }
    case 'value_float':
      return fromTensor(name, float32([], Float32Array.of(floatOf(attribute.field(AttributeField.f)?.payload))));
    case 'value_floats': {
      const floats = attribute.floats(AttributeField.floats);
      return fromTensor(name, float32([floats.length], Float32Array.from(floats)));
    }
    case 'value_int':
      return fromTensor(name, { ...int64([attribute.integer(AttributeField.i)]), shape: [] });
    case 'value_ints':
      return fromTensor(name, int64(attribute.integers(AttributeField.ints)));
    default:
      return undefined;
  }
}

async function weightNumber({ name, type, shape, bytes }: StoredTensor): Promise<number> {
  const values = await weightValues({ name, shape, trainable: false, storage: { type }, bytes });
  return values[0] ?? 0;
}

function fromTensor(name: string, { type, shape, data }: Tensor): StoredTensor {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, type, shape, bytes: async () => bytes };
}

/** A tensor of one value; it takes memory only when it is read. */
function filled(name: string, shape: readonly number[], value: StoredTensor): StoredTensor {
  return {
    name,
    type: value.type,
    shape,
    bytes: async () => Buffer.alloc(elementCount(shape) * BYTES_PER_ELEMENT[value.type]).fill(await value.bytes()),
  };
}
