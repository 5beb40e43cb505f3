// A TensorProto: its type and shape at once, its elements when somebody asks for them. https://onnx.ai/onnx/intro/concepts.html

import { stat } from 'node:fs/promises';
import { UserError } from '../../errors';
import type { Bytes } from '../../model/bytes';
import { BYTES_PER_ELEMENT, type ElementType, elementCount, type Tensor, typedArray } from '../../model/tensor';
import { bytesInFiles, confinedFile, type FileRange } from '../files';
import { EntryField, TensorField } from './messages';
import { isRange, type Message, type Payload, VARINT, varints } from './wire';

export interface StoredTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Row-major, little-endian, one element after another. */
  readonly bytes: Bytes;
  /** The number that all its elements are, where that is known without reading them. */
  readonly fill?: number;
  /** How many elements are stored, where zeros are left out. */
  readonly sparse?: number;
}

/** TensorProto.DataType of the types that a weight can have; strings, complex numbers and 4 and 8 bit floats can't be. */
const ELEMENT_TYPES: Readonly<Record<number, ElementType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};

export function elementType(dataType: number): ElementType | undefined {
  return ELEMENT_TYPES[dataType];
}

export function dataTypeOf(type: ElementType): number {
  return Number(Object.keys(ELEMENT_TYPES).find((key) => ELEMENT_TYPES[Number(key)] === type));
}

/** Field that holds the elements where they are not raw: packed floats and doubles as they are, all else as varints. */
export function typedField(type: ElementType): number {
  if (type === 'float32') return TensorField.floatData;
  if (type === 'float64') return TensorField.doubleData;
  if (type === 'int64') return TensorField.int64Data;
  return type === 'uint32' || type === 'uint64' ? TensorField.uint64Data : TensorField.int32Data;
}

/** Files of external data that the model names, each looked up once. */
export class ExternalFiles {
  readonly #files = new Map<string, Promise<{ path: string; size: number }>>();
  /** Their names, by path. */
  readonly #names = new Map<string, string>();

  constructor(private readonly folder: string) {}

  find(location: string, where: string): Promise<{ path: string; size: number }> {
    let file = this.#files.get(location);
    if (file === undefined) {
      file = this.#look(location, where);
      this.#files.set(location, file);
    }
    return file;
  }

  async #look(location: string, where: string): Promise<{ path: string; size: number }> {
    const path = await confinedFile(this.folder, location, where);
    const other = this.#names.get(path);
    // It would be written twice, each time with other tensors.
    if (other !== undefined)
      throw new UserError(`${where}: "${location}" and "${other}" are one file; name it one way`);
    this.#names.set(path, location);
    return { path, size: (await stat(path)).size };
  }
}

/** Elements of one axis, and of one tensor: more is a broken file, or one made to exhaust memory. */
const MAX_TENSOR_SIZE = 2 ** 40;

/**
 * Checks type, shape and length, and leaves the elements where they are.
 * @returns undefined for a type that can't be a weight.
 */
export async function storedTensor(proto: Message, external: ExternalFiles): Promise<StoredTensor | undefined> {
  const name = proto.text(TensorField.name);
  const where = `tensor "${name}"`;
  const type = elementType(proto.integer(TensorField.dataType));
  if (type === undefined) return undefined;
  const shape = proto.integers(TensorField.dims);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0) || elementCount(shape) > MAX_TENSOR_SIZE) {
    throw new UserError(`${where} has the shape [${shape.join(', ')}]: the file is damaged`);
  }
  const wanted = elementCount(shape) * BYTES_PER_ELEMENT[type];
  const checked = (length: number): void => {
    if (length !== wanted) {
      throw new UserError(
        `${where} wants ${wanted.toLocaleString('en')} bytes ([${shape.join(', ')}] of ${type}), ` +
          `the file holds ${length.toLocaleString('en')}. It looks damaged; export the model again.`,
      );
    }
  };
  if (isExternal(proto)) {
    const range = await externalRange(proto, external, where, wanted);
    checked(range.length);
    return { name, type, shape, bytes: bytesOf(range, shape) };
  }
  const raw = proto.field(TensorField.rawData)?.payload;
  if (raw !== undefined) {
    checked(lengthOfBytes(raw));
    return { name, type, shape, bytes: bytesOf(raw, shape) };
  }
  const fields = proto.all(typedField(type));
  if (type === 'float32' || type === 'float64') {
    checked(fields.reduce((sum, { payload }) => sum + lengthOfBytes(payload), 0));
    const only = fields[0]?.payload;
    if (fields.length === 1 && only !== undefined) return { name, type, shape, bytes: bytesOf(only, shape) };
    return {
      name,
      type,
      shape,
      bytes: async () => Buffer.concat(await Promise.all(fields.map((f) => bytesOf(f.payload)()))),
    };
  }
  // Each varint has at least one byte: a shape that promises more than there are is refused before it is allocated.
  const held = fields.reduce((sum, { wire, payload }) => sum + (wire === VARINT ? 1 : lengthOfBytes(payload)), 0);
  if (held < elementCount(shape)) checked(0);
  return {
    name,
    type,
    shape,
    bytes: async () => {
      const values: bigint[] = [];
      for (const { payload } of fields) {
        if (typeof payload === 'bigint') values.push(payload);
        else for (const value of varints(await bytesOf(payload)())) values.push(value);
      }
      checked(values.length * BYTES_PER_ELEMENT[type]);
      return fromIntegers(type, values);
    },
  };
}

const EXTERNAL = 1;

/** external_data: location, offset, length. https://github.com/onnx/onnx/blob/main/docs/ExternalData.md */
async function externalRange(
  proto: Message,
  external: ExternalFiles,
  where: string,
  wanted: number,
): Promise<FileRange> {
  const entries = new Map(
    proto.messages(TensorField.externalData).map((entry) => [entry.text(EntryField.key), entry.text(EntryField.value)]),
  );
  const location = entries.get('location');
  if (!location) throw new UserError(`${where} lies in another file, but does not say which`);
  const { path, size } = await external.find(location, where);
  const [from, count] = [entries.get('offset') ?? 0, entries.get('length') ?? wanted];
  const [offset, length] = [Number(from), Number(count)];
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new UserError(`${where}: there are no ${count} bytes from ${from} on in "${location}"; it looks damaged`);
  }
  if (offset + length > size) {
    throw new UserError(
      `${where} wants bytes ${offset} to ${offset + length} of "${location}", which has ${size}. It looks cut short.`,
    );
  }
  return { path, offset, length };
}

function lengthOfBytes(payload: Payload): number {
  return payload instanceof Uint8Array || isRange(payload) ? payload.length : 0;
}

function bytesOf(payload: Payload, [rows = 1]: readonly number[] = []): Bytes {
  if (isRange(payload)) return bytesInFiles([payload], rows);
  if (payload instanceof Uint8Array) return async () => payload;
  throw new Error('a tensor without bytes');
}

function fromIntegers(type: ElementType, values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(values.length * BYTES_PER_ELEMENT[type]);
  const view = new DataView(bytes.buffer);
  const size = BYTES_PER_ELEMENT[type];
  values.forEach((value, i) => {
    if (size === 8) view.setBigUint64(8 * i, BigInt.asUintN(64, value), true);
    else if (size === 4) view.setUint32(4 * i, Number(BigInt.asUintN(32, value)), true);
    else if (size === 2) view.setUint16(2 * i, Number(BigInt.asUintN(16, value)), true);
    else bytes[i] = Number(BigInt.asUintN(8, value));
  });
  return bytes;
}

/** The whole tensor in memory. */
export async function loaded({ type, shape, bytes }: StoredTensor): Promise<Tensor> {
  return { type, shape, data: typedArray(type, await bytes()) };
}

export function isExternal(proto: Message): boolean {
  return proto.integer(TensorField.dataLocation) === EXTERNAL;
}
