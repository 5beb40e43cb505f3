// Protobuf's wire format (https://protobuf.dev/programming-guides/encoding): a message as its fields in the order of the
// file, known or not, so that what is not changed is written back byte for byte. protobufjs decodes whole buffers into
// memory, which weights of gigabytes forbid: here a large payload stays a range of the file it lies in.

import { UserError } from '../../errors';
import type { Bytes } from '../../model/bytes';
import { asInt64 } from '../../model/tensor';
import type { FileRange } from '../files';

/** Bytes that are made when they are written: a changed weight. */
export interface LateBytes {
  readonly length: number;
  readonly bytes: Bytes;
}

/** A varint is a bigint; a fixed number is its 4 or 8 bytes; what has a length is bytes or, by the schema, a message. */
export type Payload = bigint | Uint8Array | FileRange | LateBytes | Message;

export interface Field {
  readonly number: number;
  readonly wire: WireType;
  readonly payload: Payload;
}

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;
export type WireType = typeof VARINT | typeof FIXED64 | typeof BYTES | typeof FIXED32;

export class Message {
  #size: number | undefined;

  constructor(readonly fields: readonly Field[]) {}

  all(number: number): readonly Field[] {
    return this.fields.filter((field) => field.number === number);
  }

  /** The last field of that number: the one that counts, by protobuf's rules. */
  field(number: number): Field | undefined {
    return this.fields.findLast((field) => field.number === number);
  }

  messages(number: number): Message[] {
    return this.fields.flatMap(({ number: own, payload }) =>
      own === number && payload instanceof Message ? [payload] : [],
    );
  }

  message(number: number): Message | undefined {
    return this.messages(number).at(-1);
  }

  texts(number: number): string[] {
    return this.all(number).map(({ payload }) => textOf(payload));
  }

  text(number: number): string {
    return this.texts(number).at(-1) ?? '';
  }

  has(number: number): boolean {
    return this.fields.some((field) => field.number === number);
  }

  integer(number: number, fallback = 0): number {
    const payload = this.field(number)?.payload;
    return typeof payload === 'bigint' ? Number(BigInt.asIntN(64, payload)) : fallback;
  }

  /** A repeated integer, packed or not. */
  integers(number: number): number[] {
    return this.all(number).flatMap(({ payload }) => {
      if (typeof payload === 'bigint') return [Number(BigInt.asIntN(64, payload))];
      return payload instanceof Uint8Array ? varints(payload).map((value) => Number(BigInt.asIntN(64, value))) : [];
    });
  }

  /** A repeated float, packed or not. */
  floats(number: number): number[] {
    return this.all(number).flatMap(({ payload }) => {
      if (!(payload instanceof Uint8Array)) return [];
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
      return Array.from({ length: Math.floor(payload.length / 4) }, (_, i) => view.getFloat32(4 * i, true));
    });
  }

  /** The message with these payloads instead of its own of that number, where the first of them was, else at the end. */
  with(number: number, wire: WireType, payloads: readonly Payload[]): Message {
    const made = payloads.map((payload): Field => ({ number, wire, payload }));
    const first = this.fields.findIndex((field) => field.number === number);
    if (first < 0) return new Message([...this.fields, ...made]);
    const rest = this.fields.slice(first).filter((field) => field.number !== number);
    return new Message([...this.fields.slice(0, first), ...made, ...rest]);
  }

  withText(number: number, text: string): Message {
    return this.with(number, BYTES, [Buffer.from(text)]);
  }

  withIntegers(number: number, values: readonly number[]): Message {
    // Kept packed where it was: both are valid, the file's way stays.
    if (this.field(number)?.wire === BYTES) return this.with(number, BYTES, [packed(values)]);
    return this.with(
      number,
      VARINT,
      values.map((value) => BigInt.asUintN(64, asInt64(value))),
    );
  }

  /** Encoded length in bytes. */
  get size(): number {
    this.#size ??= this.fields.reduce((sum, field) => sum + fieldSize(field), 0);
    return this.#size;
  }
}

export function textOf(payload: Payload): string {
  return payload instanceof Uint8Array ? Buffer.from(payload).toString('utf8') : '';
}

export function isRange(payload: Payload): payload is FileRange {
  return typeof payload === 'object' && 'path' in payload;
}

export function lengthOf(payload: Payload): number {
  if (typeof payload === 'bigint') return varintSize(payload);
  return payload instanceof Message ? payload.size : payload.length;
}

function fieldSize({ number, wire, payload }: Field): number {
  const length = lengthOf(payload);
  const prefix = wire === BYTES ? varintSize(BigInt(length)) : 0;
  return varintSize(BigInt(number) << 3n) + prefix + length;
}

function varintSize(value: bigint): number {
  if (value < 128n) return 1;
  let size = 0;
  for (let rest = value; size === 0 || rest > 0n; rest >>= 7n) size++;
  return size;
}

/** The values of packed varints. Throws where the last is cut short. */
export function varints(bytes: Uint8Array): bigint[] {
  const result: bigint[] = [];
  let [value, shift] = [0n, 0n];
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (shift > 70n) throw new Error('a varint of more than ten bytes');
    if (byte < 0x80) {
      result.push(value);
      [value, shift] = [0n, 0n];
    }
  }
  if (shift !== 0n) throw new UserError('a list of whole numbers is cut short: the file is damaged');
  return result;
}

function packed(values: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (const value of values) pushVarint(bytes, BigInt.asUintN(64, asInt64(value)));
  return Uint8Array.from(bytes);
}

function pushVarint(bytes: number[], value: bigint): void {
  let rest = value;
  while (rest >= 128n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
}

/** The encoded message, piece by piece; what lies in a file is left to be copied from there. */
export function* encode(message: Message): Generator<Uint8Array | FileRange | LateBytes> {
  let pending: number[] = [];
  const stack: { message: Message; next: number }[] = [{ message, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const field = top.message.fields[top.next++];
    if (field === undefined) {
      stack.pop();
      continue;
    }
    const { number, wire, payload } = field;
    pushVarint(pending, (BigInt(number) << 3n) | BigInt(wire));
    if (typeof payload === 'bigint') {
      pushVarint(pending, payload);
      continue;
    }
    if (wire === BYTES) pushVarint(pending, BigInt(lengthOf(payload)));
    if (payload instanceof Message) stack.push({ message: payload, next: 0 });
    else if (payload instanceof Uint8Array && payload.length < SMALL) for (const byte of payload) pending.push(byte);
    else {
      yield Uint8Array.from(pending);
      pending = [];
      yield payload;
    }
    if (pending.length >= CHUNK) {
      yield Uint8Array.from(pending);
      pending = [];
    }
  }
  if (pending.length > 0) yield Uint8Array.from(pending);
}

/** Payloads below this many bytes are gathered into chunks of about this many. */
const SMALL = 1024;
const CHUNK = 64 * 1024;
