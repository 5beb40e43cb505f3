// Copies an HDF5 file to a new one with some data sets and texts replaced, others left out. Nothing is written without
// being read back: the library does not always say when a write has failed.
import type { Metadata } from 'h5wasm';
import { messageOf, UserError } from '../../errors';
import { type Bytes, inPieces, piecesOf } from '../../model/bytes';
import { type ElementType, elementCount } from '../../model/tensor';
import { type Weight, weightValues } from '../../model/weight';
import type { BytesSource } from './bytes-source';
import { elementType, littleEndian } from './element-type';
import { forWriting } from './host-file';
import type { Library } from './library';
import { Hdf5File } from './read';

export interface Hdf5Changes {
  /** Groups and data sets to leave out, by path. */
  readonly omitted: ReadonlySet<string>;
  /** What comes in the place of a data set, by path. */
  readonly weights: ReadonlyMap<string, Weight>;
  /** Texts of attributes, by path of the object and name of the attribute. */
  readonly texts: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** What cannot be copied is left out: `left-out.ts` says what. @param target path of a new file. */
export async function copyHdf5(source: BytesSource, target: string, changes: Hdf5Changes): Promise<void> {
  return Hdf5File.with(source, async (file) => {
    const { module } = file.library;
    const host = forWriting(file.library, target);
    try {
      const id = file.library.open(host.path, module.H5F_ACC_TRUNC);
      try {
        await new Copy(file, id, changes, target).group('/');
      } finally {
        module.close_file(id);
      }
    } catch (error) {
      throw error instanceof UserError ? error : new UserError(`${target} cannot be written: ${messageOf(error)}`);
    } finally {
      host.release();
    }
  });
}

/** Deeper than Keras nests groups; a loop of links would never end. */
export const MAX_DEPTH = 64;

class Copy {
  constructor(
    private readonly source: Hdf5File,
    private readonly id: bigint,
    private readonly changes: Hdf5Changes,
    private readonly target: string,
  ) {}

  async group(path: string, depth = 0): Promise<void> {
    if (depth > MAX_DEPTH) throw new UserError(`groups nest more than ${MAX_DEPTH} deep: that is no model`);
    this.#attributes(path);
    for (const name of this.source.names(path)) {
      const inner = path === '/' ? `/${name}` : `${path}/${name}`;
      if (this.changes.omitted.has(inner)) continue;
      const kind = this.source.kind(inner);
      if (kind === 'group') {
        this.source.library.module.create_group(this.id, inner, false);
        await this.group(inner, depth + 1);
      } else if (kind === 'dataset') {
        await this.#dataset(inner);
      }
    }
  }

  async #dataset(path: string): Promise<void> {
    const stored = this.source.dataset(path);
    const replacement = this.changes.weights.get(path);
    if (replacement !== undefined) {
      const { type, bytes } = writable(replacement);
      await this.#write(path, { ...stored, ...NUMBERS[type] }, replacement.shape, bytes);
    } else {
      const type = elementType(this.source.library, stored);
      if (type === undefined || stored.shape === null) return;
      const { type: written, bytes } = writable(this.#stored(path, stored, type));
      await this.#write(path, { ...stored, ...NUMBERS[written] }, stored.shape, bytes);
    }
    // Beside bfloat16, which is written as float32, Keras 3 says what it is.
    const own = elementType(this.source.library, stored) === 'bfloat16' ? 'dtype' : undefined;
    this.#attributes(path, own);
  }

  #stored(path: string, stored: Metadata, type: ElementType): Weight {
    const { source } = this;
    const bytes = inPieces(stored.size * stored.total_size, async function* () {
      for (const piece of source.pieces(path)) yield littleEndian(piece, stored);
    });
    return { name: path, shape: stored.shape ?? [], trainable: false, storage: { type }, bytes };
  }

  /** What is written lies in the library's memory once; it gets there, and is compared with what arrived, in pieces. */
  async #write(
    path: string,
    stored: Metadata & { readonly type: number; readonly size: number },
    shape: readonly number[],
    bytes: Bytes,
  ): Promise<void> {
    const { module } = this.source.library;
    const length = elementCount(shape) * stored.size;
    const compressed = stored.chunks && length > 0 ? this.#compression(path) : undefined;
    const sizes = shape.map(BigInt);
    const chunks = compressed && stored.chunks?.map((size, i) => BigInt(Math.max(1, Math.min(size, shape[i] ?? 1))));
    const pointer = module._malloc(Math.max(1, length));
    if (pointer === 0) throw new UserError(`there is no memory to write "${path}", ${length} bytes`);
    try {
      let done = 0;
      for await (const piece of piecesOf(bytes)) {
        if (done + piece.length <= length) module.HEAPU8.set(piece, pointer + done);
        done += piece.length;
      }
      if (done !== length) throw new Error(`"${path}" has ${done} bytes where ${length} should be`);
      module.create_dataset(this.id, path, BigInt(pointer), {
        ...stored,
        shape: sizes,
        maxshape: sizes,
        ...({
          chunks: chunks ?? null,
          compression: compressed?.id ?? 0,
          compression_opts: compressed?.options ?? [],
        } as object),
      });
      await this.#verify(path, shape, bytes, { pointer, length });
    } finally {
      module._free(pointer);
    }
  }

  /** The filter the source had, where it is the one that every HDF5 library has. */
  #compression(path: string): { id: number; options: number[] } | undefined {
    const { module } = this.source.library;
    const deflate = this.source.filters(path).find(({ id }) => id === module.H5Z_FILTER_DEFLATE);
    return deflate && { id: deflate.id, options: [...deflate.cd_values] };
  }

  async #verify(
    path: string,
    shape: readonly number[],
    bytes: Bytes,
    { pointer, length }: { readonly pointer: number; readonly length: number },
  ): Promise<void> {
    const { module } = this.source.library;
    const written = module.get_dataset_metadata(this.id, path);
    if (written.shape?.join() !== shape.join()) throw this.#failed(path);
    if (length === 0) return;
    module.HEAPU8.fill(0, pointer, pointer + length);
    module.get_dataset_data(this.id, path, null, null, null, BigInt(pointer));
    let start = pointer;
    for await (const piece of piecesOf(bytes)) {
      const end = start + piece.length;
      if (Buffer.compare(module.HEAPU8.subarray(start, end), piece) !== 0) throw this.#failed(path);
      start = end;
    }
  }

  /** @param omitted the name of one that is left out. */
  #attributes(path: string, omitted?: string): void {
    for (const name of this.source.attributeNames(path)) {
      if (name === omitted) continue;
      const metadata = this.source.attribute(path, name);
      const text = this.changes.texts.get(path)?.get(name);
      if (text !== undefined) this.#texts(path, name, [text], { ...metadata, vlen: true });
      else if (metadata.vlen && isWritableAttribute(this.source.library, metadata))
        this.#texts(path, name, this.source.texts(path, name) ?? [], metadata);
      else this.#attribute(path, name, metadata);
    }
  }

  /** Texts of any length. */
  #texts(path: string, name: string, texts: readonly string[], metadata: Metadata): void {
    const { module } = this.source.library;
    const shape = (metadata.shape ?? []).map(BigInt);
    module.create_vlen_str_attribute(this.id, path, name, texts, { ...metadata, shape, maxshape: shape });
    if (!module.get_attribute_names(this.id, path).includes(name)) throw this.#failed(`${path}@${name}`);
  }

  #attribute(path: string, name: string, metadata: Metadata): void {
    const { module } = this.source.library;
    const { H5T_STRING, H5T_INTEGER, H5T_ENUM } = module.H5T_class_t;
    if (!isWritableAttribute(this.source.library, metadata) || metadata.shape === null) return;
    const isText = metadata.type === H5T_STRING.value;
    const raw = this.source.attributeBytes(path, name, metadata);
    const bytes = isText ? raw : littleEndian(raw, metadata);
    const shape = metadata.shape.map(BigInt);
    const type = metadata.type === H5T_ENUM.value ? H5T_INTEGER.value : metadata.type;
    const pointer = module._malloc(Math.max(1, bytes.length));
    try {
      module.HEAPU8.set(bytes, pointer);
      module.create_attribute(this.id, path, name, BigInt(pointer), {
        ...metadata,
        ...{ type, littleEndian: true, shape, maxshape: shape },
      });
    } finally {
      module._free(pointer);
    }
    if (!module.get_attribute_names(this.id, path).includes(name)) throw this.#failed(`${path}@${name}`);
  }

  #failed(what: string): UserError {
    return new UserError(`${this.target} cannot be written: "${what}" did not arrive in it`);
  }
}

/** Texts of any length, and texts and numbers of one. */
export function isWritableAttribute({ module }: Library, { type, shape, vlen }: Metadata): boolean {
  const { H5T_STRING, H5T_INTEGER, H5T_FLOAT, H5T_ENUM } = module.H5T_class_t;
  const known: number[] = [H5T_STRING.value, H5T_INTEGER.value, H5T_FLOAT.value, H5T_ENUM.value];
  return vlen ? type === H5T_STRING.value : shape !== null && known.includes(type);
}

interface NumberType {
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  readonly littleEndian: true;
}

const number = (type: 0 | 1, size: number, signed = false): NumberType => ({ type, size, signed, littleEndian: true });

/** HDF5's classes 0 (integer) and 1 (float). The library cannot write floats of two bytes. */
const NUMBERS = {
  float32: number(1, 4),
  float64: number(1, 8),
  int8: number(0, 1, true),
  int16: number(0, 2, true),
  int32: number(0, 4, true),
  int64: number(0, 8, true),
  uint8: number(0, 1),
  uint16: number(0, 2),
  uint32: number(0, 4),
  uint64: number(0, 8),
  bool: number(0, 1, true),
} as const;

type Writable = keyof typeof NUMBERS;

function writable(weight: Weight): { type: Writable; bytes: Bytes } {
  const { type, quantization } = weight.storage;
  if (type in NUMBERS && quantization === undefined) return { type: type as Writable, bytes: weight.bytes };
  const bytes = async (): Promise<Uint8Array> => {
    const { buffer, byteOffset, byteLength } = await weightValues(weight);
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  return { type: 'float32', bytes };
}
