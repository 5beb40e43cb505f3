// Reads a zip archive, untrusted: the list of its entries, and an entry's bytes where they lie.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT; what is deflated is inflated by Node's zlib.
import { stat } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';
import { messageOf, UserError } from '../../errors';
import { readRange } from '../files';
import { type BytesSource, bytesInMemory, partOfFile } from '../hdf5/bytes-source';

export interface ZipEntry {
  readonly name: string;
  readonly deflated: boolean;
  /** In the archive, and inflated. */
  readonly packed: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly header: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** Of the record at an archive's end, and the longest comment it may have behind it. */
const [END_SIZE, MAX_COMMENT] = [22, 0xffff];
const LOCAL_SIZE = 30;
const CENTRAL_SIZE = 46;
/** In the place of a number that a larger record holds. */
const ELSEWHERE = 0xffffffff;
/** A model has three files; an archive that lists many is made to exhaust memory. */
const MAX_ENTRIES = 10_000;
/** A weights file that was deflated must fit into memory, beside what is read of it. */
const MAX_INFLATED = 2 ** 30;
/** Deflate's best, in bytes out of one. */
const MAX_RATIO = 1032;

export async function readZip(path: string): Promise<ZipEntry[]> {
  const { size } = await stat(path);
  const tailSize = Math.min(size, END_SIZE + MAX_COMMENT);
  const tail = Buffer.from(await readRange(path, size - tailSize, tailSize));
  let end = tail.length - END_SIZE;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) throw damaged(path, 'its list of contents is missing');
  const [count, length, start] = [
    tail.readUInt16LE(end + 10),
    tail.readUInt32LE(end + 12),
    tail.readUInt32LE(end + 16),
  ];
  if (start === ELSEWHERE || count > MAX_ENTRIES) throw damaged(path, 'it is too large, or holds too much');
  if (start + length > size) throw damaged(path, 'its list of contents lies outside of it');
  return entriesOf(path, Buffer.from(await readRange(path, start, length)), count, size);
}

function entriesOf(path: string, list: Buffer, count: number, total: number): ZipEntry[] {
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let position = 0;
  for (let i = 0; i < count; i++) {
    if (position + CENTRAL_SIZE > list.length || list.readUInt32LE(position) !== CENTRAL) {
      throw damaged(path, 'its list of contents breaks off');
    }
    const at = (offset: number): number => list.readUInt32LE(position + offset);
    const short = (offset: number): number => list.readUInt16LE(position + offset);
    const [method, packed, size, header] = [short(10), at(20), at(24), at(42)];
    const [nameLength, extraLength, commentLength] = [short(28), short(30), short(32)];
    const name = list.toString('utf8', position + CENTRAL_SIZE, position + CENTRAL_SIZE + nameLength);
    if (method !== 0 && method !== 8) throw damaged(path, `"${name}" is packed in a way that is not known (${method})`);
    if ((short(8) & 1) !== 0) throw damaged(path, `"${name}" is encrypted`);
    if (header + packed > total) throw damaged(path, `"${name}" lies outside of it`);
    if (method === 8 && size > MAX_RATIO * packed)
      throw damaged(path, `"${name}" is said to unpack to ${size} bytes, which ${packed} can't`);
    if (names.has(name)) throw damaged(path, `it holds "${name}" twice`);
    names.add(name);
    entries.push({ name, deflated: method === 8, packed, size, header });
    position += CENTRAL_SIZE + nameLength + extraLength + commentLength;
  }
  return entries;
}

/** @param limit in bytes; what says it is longer, or turns out to be, is refused. */
export async function entryBytes(path: string, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  if (entry.size > limit) {
    throw damaged(path, `"${entry.name}" has ${entry.size} bytes, more than the ${limit} that it may have`);
  }
  const packed = await readRange(path, await startOf(path, entry), entry.packed);
  return entry.deflated ? inflate(path, entry, packed) : packed;
}

/** An entry's bytes where they lie in the archive; inflated in memory where they are deflated. */
export async function entrySource(path: string, entry: ZipEntry): Promise<BytesSource> {
  const name = `${path} (${entry.name})`;
  if (entry.deflated) return bytesInMemory(name, await entryBytes(path, entry, MAX_INFLATED));
  return { ...partOfFile(path, await startOf(path, entry), entry.packed), name };
}

async function startOf(path: string, { name, header, packed }: ZipEntry): Promise<number> {
  const local = Buffer.from(await readRange(path, header, LOCAL_SIZE));
  if (local.readUInt32LE(0) !== LOCAL) throw damaged(path, `"${name}" is not where the list of contents says`);
  const start = header + LOCAL_SIZE + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (start + packed > (await stat(path)).size) throw damaged(path, `"${name}" is cut short`);
  return start;
}

/** Into room of the size that was said: zlib stops where more comes out. */
function inflate(path: string, { name, size }: ZipEntry, packed: Uint8Array): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, size), chunkSize: Math.max(LEAST_CHUNK, size) });
  } catch (error) {
    const isLonger = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const why = isLonger ? `it has more than ${size} bytes` : messageOf(error);
    throw damaged(path, `"${name}" cannot be unpacked (${why})`);
  }
  if (bytes.length !== size) throw damaged(path, `"${name}" unpacks to ${bytes.length} bytes, not ${size}`);
  return bytes;
}

/** The least that zlib takes. */
const LEAST_CHUNK = 64;

function damaged(path: string, problem: string): UserError {
  return new UserError(`${path} is a damaged archive: ${problem}. Save the model again.`);
}
