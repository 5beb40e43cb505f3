// The tensor that a Constant or ConstantOfShape node makes.
import { UserError } from '../../errors';
import { inPieces, PIECE } from '../../model/bytes';
import type { Tensor } from '../../model/tensor';
import { BYTES_PER_ELEMENT, elementCount, float32, int64, integers } from '../../model/tensor';
import { weightValues } from '../../model/weight';
import { floatOf } from './attributes';
import { AttributeField, NodeField } from './messages';
import { type ExternalFiles, type StoredTensor, storedTensor } from './stored-tensor';
import { Message } from './wire';

/** Bytes of one tensor: a quarter more than the largest layer of VGG16. */
const MAX_FILLED = 2 ** 29;

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
  const length = elementCount(sizes) * BYTES_PER_ELEMENT[value.type];
  if (sizes.some((size) => size < 0) || length > MAX_FILLED) {
    throw new UserError(
      `ConstantOfShape makes "${name}" of [${sizes.join(', ')}]: too large for a constant. The file is damaged.`,
    );
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

/** A tensor of one value: a row is made when it is read. */
function filled(name: string, shape: readonly number[], value: StoredTensor): StoredTensor {
  const size = BYTES_PER_ELEMENT[value.type];
  const length = elementCount(shape) * size;
  const row = Math.max(size, elementCount(shape.slice(1)) * size);
  const step = row * Math.max(1, Math.floor(PIECE / row));
  const part = async (bytes: number): Promise<Uint8Array> => Buffer.alloc(bytes).fill(await value.bytes());
  const bytes = inPieces(
    length,
    async function* () {
      const piece = await part(Math.min(step, length));
      for (let start = 0; start < length; start += step) yield piece.subarray(0, Math.min(step, length - start));
    },
    () => part(length),
  );
  return { name, type: value.type, shape, bytes };
}
