// Scans an ONNX file's fields without reading its weights. The file is untrusted: nothing is allocated by a length that
// it states before that length is known to lie within the file.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { messageOf, UserError } from '../../errors';
import { type MessageType, MODEL } from './messages';
import { BYTES, FIXED32, FIXED64, type Field, Message, type Payload, VARINT, type WireType } from './wire';

/** A payload above this stays in the file: weights do, names and shapes do not. */
const LARGE = 4096;

/** The largest graphs known to us have 300,000 fields; each takes about 100 bytes here. */
const MAX_FIELDS = 4_000_000;

/** Bytes of names, attributes and texts held in memory. */
const MAX_SMALL_BYTES = 512 * 2 ** 20;

/** Graphs within graphs (If, Loop) nest four messages a level; more than this is made to exhaust the stack. */
const MAX_DEPTH = 64;

/** Reading ahead costs nothing up to about this many bytes. */
const WINDOW = 64 * 1024;

/** The model's fields. Throws a UserError where the file is no protobuf message of that kind or is cut short. */
export function scanModel(path: string): Message {
  const file = openFile(path);
  try {
    return new Scan(path, file, fstatSync(file).size).message(MODEL);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not a whole ONNX file: ${messageOf(error)}. Copy or export it again.`);
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}`);
  }
}

class Scan {
  #position = 0;
  #window = Buffer.alloc(0);
  #windowStart = 0;
  #fields = 0;
  #smallBytes = 0;

  constructor(
    private readonly path: string,
    private readonly file: number,
    private readonly fileSize: number,
  ) {}

  message(type: MessageType, end = this.fileSize, depth = 0): Message {
    if (depth > MAX_DEPTH) throw new Error(`messages nest more than ${MAX_DEPTH} levels deep`);
    const fields: Field[] = [];
    while (this.#position < end) {
      if (++this.#fields > MAX_FIELDS) throw new Error(`it has more than ${MAX_FIELDS.toLocaleString('en')} fields`);
      fields.push(this.#field(type, end, depth));
    }
    return new Message(fields);
  }

  #field(type: MessageType, end: number, depth: number): Field {
    const start = this.#position;
    const tag = this.#varint(end);
    const [number, wire] = [Number(tag >> 3n), Number(tag & 7n)];
    if (number < 1 || number > 0x1fffffff) throw new Error(`a field of number ${number} at byte ${start}`);
    return { number, wire: wire as WireType, payload: this.#payload(type, number, wire, start, end, depth) };
  }

  #payload(type: MessageType, number: number, wire: number, start: number, end: number, depth: number): Payload {
    switch (wire) {
      case VARINT:
        return this.#varint(end);
      case FIXED64:
        return this.#bytes(8, end);
      case FIXED32:
        return this.#bytes(4, end);
      case BYTES: {
        const length = Number(this.#varint(end));
        if (length > end - this.#position) {
          throw new Error(`the field at byte ${start} wants ${length.toLocaleString('en')} bytes, more than there are`);
        }
        const nested = type.fields[number]?.();
        if (nested !== undefined) return this.message(nested, this.#position + length, depth + 1);
        if (length <= LARGE || type.inMemory) return this.#bytes(length, end);
        const range = { path: this.path, offset: this.#position, length };
        this.#position += length;
        return range;
      }
      default:
        throw new Error(`a field of wire type ${wire} at byte ${start}`);
    }
  }

  #varint(end: number): bigint {
    let [low, high, shift] = [0, 0n, 0];
    for (let i = 0; i < 10; i++, shift += 7) {
      if (this.#position >= end) throw new Error(`it ends in the middle of a number at byte ${this.#position}`);
      const byte = this.#byte();
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else high |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return BigInt.asUintN(64, high | BigInt(low));
    }
    throw new Error(`a number of more than ten bytes at byte ${this.#position}`);
  }

  #byte(): number {
    const at = this.#position - this.#windowStart;
    if (at < 0 || at >= this.#window.length) {
      this.#load();
      return this.#byte();
    }
    this.#position++;
    return this.#window[at] as number;
  }

  #bytes(length: number, end: number): Uint8Array {
    if (length > end - this.#position) throw new Error(`it ends in the middle of a value at byte ${this.#position}`);
    this.#smallBytes += length;
    if (this.#smallBytes > MAX_SMALL_BYTES) throw new Error('its names and attributes take more than 512 MB');
    const at = this.#position - this.#windowStart;
    const start = this.#position;
    this.#position += length;
    if (at >= 0 && at + length <= this.#window.length) return Uint8Array.from(this.#window.subarray(at, at + length));
    const result = Buffer.alloc(length);
    this.#read(result, start);
    return result;
  }

  #load(): void {
    this.#windowStart = this.#position;
    this.#window = Buffer.alloc(Math.min(WINDOW, this.fileSize - this.#position));
    this.#read(this.#window, this.#position);
  }

  #read(target: Buffer, offset: number): void {
    let done = 0;
    while (done < target.length) {
      const count = readSync(this.file, target, done, target.length - done, offset + done);
      if (count === 0) throw new Error('it became shorter while it was read');
      done += count;
    }
  }
}
