// Reads an HDF5 file, untrusted: its groups, attributes and data sets. Only what is asked for is loaded.
import type { Metadata } from 'h5wasm';
import { messageOf, UserError } from '../../errors';
import { PIECE } from '../../model/bytes';
import { borrow, giveBack } from '../../model/scratch';
import type { BytesSource } from './bytes-source';
import { forReading, type HostFile } from './host-file';
import { type Library, loadHdf5 } from './library';

/** The largest piece of data that is read at once; the library's memory ends at 4 GB. */
const MAX_BYTES = 2 ** 31 - 1;
/** What is stored together, unpacked as one: h5py makes it a megabyte. */
const MAX_CHUNK_BYTES = 2 ** 28;
/** More than any attribute of a model holds: its config. */
const MAX_ATTRIBUTE_BYTES = 64 * 2 ** 20;

/** The largest models have thousands of data sets. */
const MAX_NAMES = 50_000;
/** Ways by which one group is reached. Groups that two others link to are walked twice, in a tower of them without end. */
const MAX_WAYS = 8;

const TANGLED = 'its groups hold each other again and again: that is no model. Save the model again';

export type Kind = 'group' | 'dataset' | 'other';

export class Hdf5File {
  #named = 0;
  /** Paths of every group that was listed, by where it lies in the file. */
  readonly #ways = new Map<string, Set<string>>();

  private constructor(
    readonly library: Library,
    private readonly source: BytesSource,
    private readonly host: HostFile,
    readonly id: bigint,
  ) {}

  static async open(source: BytesSource): Promise<Hdf5File> {
    const library = await loadHdf5();
    const host = forReading(library, source);
    try {
      const id = library.open(host.path, library.module.H5F_ACC_RDONLY);
      return new Hdf5File(library, source, host, id);
    } catch (error) {
      host.release();
      throw broken(source, error);
    }
  }

  /** Opens a file for as long as `work` takes. */
  static async with<T>(source: BytesSource, work: (file: Hdf5File) => T | Promise<T>): Promise<T> {
    const file = await Hdf5File.open(source);
    try {
      return await work(file);
    } finally {
      file.close();
    }
  }

  close(): void {
    try {
      this.library.module.close_file(this.id);
    } catch {
      // What was read is here, or was refused already.
    } finally {
      this.host.release();
    }
  }

  /** Names of what lies in a group, in the file's order. */
  names(group: string): string[] {
    this.#countWay(group);
    const names = this.#try(() => this.library.module.get_names(this.id, group, false));
    this.#named += names.length;
    if (this.#named > MAX_NAMES) throw this.#error(TANGLED);
    return names;
  }

  #countWay(group: string): void {
    // A reference to an object is its address.
    const address = this.#try(() => this.library.module.create_object_reference(this.id, group)).join();
    const ways = this.#ways.get(address) ?? new Set<string>();
    this.#ways.set(address, ways.add(group));
    if (ways.size > MAX_WAYS) throw this.#error(TANGLED);
  }

  /** Undefined where there is nothing of that name. */
  kind(path: string): Kind | undefined {
    const { module } = this.library;
    let type: number;
    try {
      type = module.get_type(this.id, path);
    } catch {
      return undefined;
    }
    if (type < 0) return undefined;
    return type === module.H5G_GROUP ? 'group' : type === module.H5G_DATASET ? 'dataset' : 'other';
  }

  attributeNames(path: string): string[] {
    return this.#try(() => this.library.module.get_attribute_names(this.id, path));
  }

  attribute(path: string, name: string): Metadata {
    return this.#try(() => this.library.module.get_attribute_metadata(this.id, path, name));
  }

  /** A text, or undefined where there is no such attribute. Throws where it is of another kind. */
  text(path: string, name: string): string | undefined {
    const texts = this.texts(path, name);
    if (texts !== undefined && texts.length !== 1) throw this.#error(`attribute ${name} of ${path} is not one text`);
    return texts?.[0];
  }

  /** The texts of an attribute, fixed in length or not; undefined where there is no such attribute. */
  texts(path: string, name: string): string[] | undefined {
    if (!this.attributeNames(path).includes(name)) return undefined;
    const metadata = this.attribute(path, name);
    const { module } = this.library;
    // An empty list is written as an empty list of numbers.
    if (metadata.total_size === 0) return [];
    if (metadata.type !== module.H5T_class_t.H5T_STRING.value)
      throw this.#error(`attribute ${name} of ${path} is not a text`);
    const bytes = this.attributeBytes(path, name, metadata);
    if (!metadata.vlen) {
      return Array.from({ length: metadata.total_size }, (_, i) =>
        decode(bytes.subarray(i * metadata.size, (i + 1) * metadata.size)),
      );
    }
    return this.#variableTexts(path, name, metadata);
  }

  /** The bytes of an attribute as stored; of texts without a fixed length, pointers into the library's memory. */
  attributeBytes(path: string, name: string, metadata: Metadata): Uint8Array {
    const { module } = this.library;
    const size = metadata.size * metadata.total_size;
    if (size > MAX_ATTRIBUTE_BYTES) throw this.#error(`attribute ${name} of ${path} has ${size} bytes`);
    return this.#borrow(size, (pointer) => module.get_attribute_data(this.id, path, name, BigInt(pointer)));
  }

  dataset(path: string): Metadata {
    return this.#try(() => this.library.module.get_dataset_metadata(this.id, path));
  }

  filters(path: string): { id: number; name: string; cd_values: number[] }[] {
    return this.#try(() => this.library.module.get_dataset_filters(this.id, path));
  }

  /** A data set's elements as stored, row-major. */
  bytes(path: string): Uint8Array {
    const { size } = this.#sizes(path);
    const bytes = new Uint8Array(size);
    let done = 0;
    for (const piece of this.pieces(path)) {
      bytes.set(piece, done);
      done += piece.length;
    }
    return bytes;
  }

  /**
   * The same in pieces of some whole rows of the first axis: the library's memory, which never shrinks, stays small. A
   * piece is good until the next is asked for.
   */
  *pieces(path: string): Generator<Uint8Array> {
    const { size, shape, chunk } = this.#sizes(path);
    const [rows = 1, ...rest] = shape;
    if (size === 0) return;
    const row = size / rows;
    // A chunk that is compressed must not be unpacked for every row of it.
    const step = chunk * Math.max(1, Math.floor(PIECE / (row * chunk)));
    const memory = borrow(Math.min(step, rows) * row);
    try {
      for (let start = 0; start < rows; start += step) {
        const count = Math.min(step, rows - start);
        const counts = shape.length === 0 ? null : [count, ...rest].map(BigInt);
        const offsets = shape.length === 0 ? null : [start, ...rest.map(() => 0)].map(BigInt);
        const piece = memory.subarray(0, count * row);
        this.#read(path, piece, counts, offsets);
        yield piece;
      }
    } finally {
      giveBack(memory);
    }
  }

  /** @returns chunk: rows of the first axis that are stored together. */
  #sizes(path: string): { size: number; shape: readonly number[]; chunk: number } {
    const metadata = this.dataset(path);
    const size = metadata.size * metadata.total_size;
    if (metadata.vlen || size > MAX_BYTES) throw this.#error(`"${path}" has ${size} bytes, too many to read`);
    const chunk = (metadata.chunks ?? []).reduce((product, own) => product * own, metadata.size);
    if (chunk > MAX_CHUNK_BYTES) {
      throw this.#error(
        `"${path}" is stored in chunks of ${chunk} bytes, more than the ${MAX_CHUNK_BYTES} that one may have. Save the model again without compression`,
      );
    }
    return { size, shape: metadata.shape ?? [], chunk: Math.max(1, metadata.chunks?.[0] ?? 1) };
  }

  #read(path: string, target: Uint8Array, count: bigint[] | null, offset: bigint[] | null): void {
    const strides = count?.map(() => 1n) ?? null;
    this.#try(() => {
      const { module } = this.library;
      const pointer = this.#allocate(target.length);
      try {
        if (module.get_dataset_data(this.id, path, count, offset, strides, BigInt(pointer)) < 0) {
          throw new Error('the HDF5 library could not read it');
        }
        target.set(module.HEAPU8.subarray(pointer, pointer + target.length));
      } finally {
        module._free(pointer);
      }
    });
  }

  #variableTexts(path: string, name: string, metadata: Metadata): string[] {
    const { module } = this.library;
    return this.#try(() => {
      const pointer = this.#allocate(metadata.size * metadata.total_size);
      try {
        module.get_attribute_data(this.id, path, name, BigInt(pointer));
        const addresses = new Uint32Array(module.HEAPU8.slice(pointer, pointer + 4 * metadata.total_size).buffer);
        const texts = Array.from(addresses, (address) => (address === 0 ? '' : module.UTF8ToString(address)));
        module.reclaim_vlen_memory(this.id, path, name, BigInt(pointer));
        return texts;
      } finally {
        module._free(pointer);
      }
    });
  }

  #borrow(size: number, fill: (pointer: number) => number): Uint8Array {
    if (size === 0) return new Uint8Array(0);
    return this.#try(() => {
      const pointer = this.#allocate(size);
      try {
        if (fill(pointer) < 0) throw new Error('the HDF5 library could not read it');
        return this.library.module.HEAPU8.slice(pointer, pointer + size);
      } finally {
        this.library.module._free(pointer);
      }
    });
  }

  #allocate(size: number): number {
    const pointer = this.library.module._malloc(size);
    if (pointer === 0) throw new Error(`there is no memory for ${size} bytes`);
    return pointer;
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw broken(this.source, error);
    }
  }

  #error(problem: string): UserError {
    return new UserError(`${this.source.name}: ${problem}`);
  }
}

/** Fixed-length texts are padded with zeros. */
function decode(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The library tells what failed as a stack of its own functions; the first line says enough. */
function broken({ name }: BytesSource, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const text = messageOf(error);
  const [, detail = text.split('\n')[0]] = /minor: (.*)/.exec(text) ?? [];
  return new UserError(
    `${name} is not a whole HDF5 file: ${detail}. It may have been cut short; save the model again.`,
  );
}
