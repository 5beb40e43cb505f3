// One IDX file: a header with the shape, then exactly as many bytes. The file is untrusted: its header is checked
// against the bytes on disk before anything of its size is allocated, and nothing is unpacked beyond what it claims.
// Format: http://yann.lecun.com/exdb/mnist ("The IDX file format"): 0, 0, element type, number of dimensions, then one
// big-endian uint32 a dimension, then the elements.
import { basename } from 'node:path';
import { UserError } from '../errors';
import { type ByteStream, openBytes } from './bytes';

/** Element type: the only one that image sets use. */
const UINT8 = 0x08;
/** The last element type there is. */
const DOUBLE = 0x0e;
/** 1 GiB: twice the largest published IDX set (EMNIST, 0.55 GB); more would not fit in memory beside a training. */
const MAX_VALUES = 2 ** 30;
/** Deflate's best: 258 bytes from 2 bits. A header that claims more than this lies. */
const MAX_GZIP_RATIO = 1032;
/** Room for rounding in the ratio on a file of a few bytes. */
const GZIP_SLACK = 1024;

export interface IdxFile {
  /** File name, for messages. */
  readonly name: string;
  readonly dimensions: readonly number[];
  /** As many as the product of the dimensions; the last dimension runs fastest. */
  readonly values: Uint8Array;
}

/** Whether the file starts like an IDX file, of any element type. Throws UserError where it can't be read. */
export async function isIdxFile(path: string): Promise<boolean> {
  const start: number[] = [];
  for await (const chunk of (await openBytes(path)).chunks) {
    start.push(...chunk.subarray(0, 4));
    if (start.length >= 4) break;
  }
  const [first, second, type = 0, rank = 0] = start;
  return first === 0 && second === 0 && type >= UINT8 && type <= DOUBLE && rank > 0;
}

/** Reads a file with one of the numbers of dimensions in `ranks`. Throws UserError where it isn't exactly that. */
export async function readIdxFile(path: string, ranks: readonly number[]): Promise<IdxFile> {
  const name = basename(path);
  const stream = await openBytes(path);
  let start = Buffer.alloc(0);
  let header: Header | undefined;
  let values = new Uint8Array(0);
  let filled = 0;
  for await (const chunk of stream.chunks) {
    let body = chunk;
    if (header === undefined) {
      start = Buffer.concat([start, chunk]);
      header = parseHeader(start, name, ranks);
      if (header === undefined) continue;
      checkSize(header, name, stream);
      values = new Uint8Array(header.count);
      body = start.subarray(header.bytes);
    }
    if (filled + body.length > values.length) throw tooLong(name, header);
    values.set(body, filled);
    filled += body.length;
  }
  if (header === undefined)
    throw new UserError(`${name}: the header ends early. The file looks truncated; get it again.`);
  if (filled < values.length) throw tooShort(name, header, filled);
  return { name, dimensions: header.dimensions, values };
}

interface Header {
  readonly dimensions: readonly number[];
  /** Length of the header itself. */
  readonly bytes: number;
  /** Product of the dimensions. */
  readonly count: number;
}

/** Undefined while `start` doesn't hold the whole header yet. */
function parseHeader(start: Buffer, name: string, ranks: readonly number[]): Header | undefined {
  const [first, second, type, rank] = start;
  if (rank === undefined) return undefined;
  if (first !== 0 || second !== 0) {
    throw new UserError(`${name} is not an IDX file: it does not start with two zero bytes. Get the file again.`);
  }
  if (type !== UINT8) {
    throw new UserError(
      `${name}: elements are of type 0x${type?.toString(16).padStart(2, '0')}, wanted 0x08 (bytes). Convert the file to unsigned bytes.`,
    );
  }
  if (!ranks.includes(rank)) {
    throw new UserError(
      `${name} has ${rank} dimensions, wanted ${ranks.join(' or ')}. Check that it has the right name.`,
    );
  }
  const bytes = 4 + 4 * rank;
  if (start.length < bytes) return undefined;
  const dimensions = Array.from({ length: rank }, (_, i) => start.readUInt32BE(4 + 4 * i));
  // At most 2^(32·4): a double holds that without overflow, and rounding only starts far beyond MAX_VALUES.
  const count = dimensions.reduce((product, length) => product * length, 1);
  return { dimensions, bytes, count };
}

function checkSize(header: Header, name: string, stream: ByteStream): void {
  const { dimensions, bytes, count } = header;
  const shape = dimensions.join('×');
  if (count === 0) throw new UserError(`${name} is empty: its header says ${shape}. Choose a file with samples.`);
  if (count > MAX_VALUES) {
    throw new UserError(
      `${name}: its header says ${shape} bytes, the most that is read is ${MAX_VALUES} (1 GiB). Take fewer samples; if there are not that many, the file is damaged.`,
    );
  }
  if (stream.gzip) {
    if (bytes + count > stream.size * MAX_GZIP_RATIO + GZIP_SLACK) {
      throw new UserError(
        `${name}: its header says ${shape} bytes, more than ${stream.size} bytes of gzip can hold. The file looks truncated or damaged; get it again.`,
      );
    }
    return;
  }
  if (bytes + count > stream.size) throw tooShort(name, header, stream.size - bytes);
  if (bytes + count < stream.size) throw tooLong(name, header);
}

function tooShort(name: string, header: Header, held: number): UserError {
  return new UserError(
    `${name}: its header says ${header.dimensions.join('×')} bytes (${header.count}), the file holds ${held}. The file looks truncated; get it again.`,
  );
}

function tooLong(name: string, header: Header): UserError {
  return new UserError(
    `${name}: more bytes follow than the ${header.dimensions.join('×')} (${header.count}) its header says. The file looks damaged; get it again.`,
  );
}
