// One array in NumPy's format: a header in Python's notation, then the values. Untrusted: the header is read as a text,
// never as Python; its shape is checked against the bytes there are before anything is allocated; pickled objects,
// which would run code, are refused. Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { UserError } from '../errors';
import type { NumberArray } from './column';

const MAGIC = '\x93NUMPY';
/** NumPy's own limit for a header it trusts nobody for is 10,000; more is no array of numbers. */
const MAX_HEADER = 65_536;
const MAX_DIMENSIONS = 8;
/** Beyond this a double no longer holds every whole number. */
const MAX_WHOLE = BigInt(Number.MAX_SAFE_INTEGER);

export interface NpyHeader {
  /** b, u, i, f: numbers; U, S: text. */
  readonly kind: 'b' | 'u' | 'i' | 'f' | 'U' | 'S';
  /** Bytes an element; characters for U. */
  readonly size: number;
  readonly bigEndian: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the values begin, and how many bytes they are. */
  readonly start: number;
  readonly bytes: number;
}

export function isNpy(start: Uint8Array): boolean {
  return start.length >= MAGIC.length && [...MAGIC].every((char, i) => char.charCodeAt(0) === start[i]);
}

/** @param start of the file: its header at least, or all of it where it is shorter. */
export function readNpyHeader(start: Uint8Array, name: string): NpyHeader {
  if (!isNpy(start)) throw new UserError(`${name} is not a NumPy array. Save it with numpy.save.`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const wide = (start[6] ?? 0) > 1;
  const fixed = wide ? 12 : 10;
  if (start.length < fixed) throw damaged(name, 'the header ends early');
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length > MAX_HEADER) throw damaged(name, `its header is said to be ${length} bytes long`);
  if (start.length < fixed + length) throw damaged(name, 'the header ends early');
  const text = Buffer.from(start.subarray(fixed, fixed + length)).toString('latin1');
  const [, type] = /'descr'\s*:\s*'([^']*)'/.exec(text) ?? [];
  const [, order] = /'fortran_order'\s*:\s*(True|False)/.exec(text) ?? [];
  const [, dimensions] = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(text) ?? [];
  if (type === undefined) {
    throw new UserError(`${name}: its elements are records of several fields. Save each field as an array of its own.`);
  }
  if (order === undefined || dimensions === undefined) throw damaged(name, 'its header does not say a shape');
  const shape = dimensions
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map(Number);
  if (shape.length > MAX_DIMENSIONS) throw damaged(name, `it is said to have ${shape.length} dimensions`);
  const { kind, size, bigEndian } = elementOf(type, name);
  const bytes = shape.reduce((product, axis) => product * axis, size * (kind === 'U' ? 4 : 1));
  return { kind, size, bigEndian, fortran: order === 'True', shape, start: fixed + length, bytes };
}

/** The header's values. Throws UserError where there are fewer or more bytes than it says. */
export function readNpyNumbers(file: Uint8Array, header: NpyHeader, name: string): NumberArray {
  const { start, bytes, shape, fortran } = header;
  checkLength(file.length, header, name);
  const values = numbersOf(file.subarray(start, start + bytes), header, name);
  return fortran && shape.length > 1 ? rowMajor(values, shape) : values;
}

/** Values of one array [count], as text. */
export function readNpyTexts(file: Uint8Array, header: NpyHeader, name: string): string[] {
  const { kind, size, start, shape, bigEndian } = header;
  checkLength(file.length, header, name);
  if (shape.length !== 1)
    throw new UserError(`${name}: text is read from arrays of one dimension, this has ${shape.length}.`);
  const width = kind === 'U' ? 4 * size : size;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  return Array.from({ length: shape[0] ?? 0 }, (_, i) => {
    let text = '';
    for (let j = 0; j < size; j++) {
      const at = start + i * width;
      const code = kind === 'U' ? view.getUint32(at + 4 * j, !bigEndian) : view.getUint8(at + j);
      if (code === 0 || code > 0x10ffff) break;
      text += String.fromCodePoint(code);
    }
    return text;
  });
}

function checkLength(length: number, { start, bytes, shape }: NpyHeader, name: string): void {
  if (length === start + bytes) return;
  const held = length - start;
  throw new UserError(
    `${name}: its header says ${shape.join('×')}, ${bytes} bytes, the file holds ${held}. The file looks ${held < bytes ? 'truncated' : 'damaged'}; save it again.`,
  );
}

function elementOf(type: string, name: string): Pick<NpyHeader, 'kind' | 'size' | 'bigEndian'> {
  const [, order, kind, digits] = /^([<>|=]?)([a-zA-Z])(\d*)$/.exec(type) ?? [];
  const size = Number(digits);
  if (kind === 'O') {
    throw new UserError(
      `${name} holds pickled Python objects, which are never loaded: they could run anything. Save it as an array of numbers.`,
    );
  }
  const sizes: Readonly<Record<string, readonly number[]>> = { b: [1], u: [1, 2, 4, 8], i: [1, 2, 4, 8], f: [2, 4, 8] };
  const text = (kind === 'U' || kind === 'S') && size > 0 && size <= 1024;
  if (kind === undefined || (!text && !sizes[kind]?.includes(size))) {
    throw new UserError(
      `${name}: elements are of the type ${type.slice(0, 40)}, which is not read. Save it as whole numbers, float32 or float64.`,
    );
  }
  return { kind: kind as NpyHeader['kind'], size, bigEndian: order === '>' };
}

/** The bytes as numbers; 64-bit ones and half precision become doubles and floats. */
export function numbersOf(
  stored: Uint8Array,
  { kind, size, bigEndian }: Pick<NpyHeader, 'kind' | 'size' | 'bigEndian'>,
  name: string,
): NumberArray {
  // A copy lies where its element size wants it, and may be turned around.
  const { buffer, length } = Uint8Array.from(stored);
  if (bigEndian && size > 1) turn(Buffer.from(buffer), size);
  const count = length / size;
  switch (`${kind}${size}`) {
    case 'b1':
    case 'u1':
      return new Uint8Array(buffer);
    case 'i1':
      return new Int8Array(buffer);
    case 'u2':
      return new Uint16Array(buffer);
    case 'i2':
      return new Int16Array(buffer);
    case 'u4':
      return new Uint32Array(buffer);
    case 'i4':
      return new Int32Array(buffer);
    case 'u8':
      return doubles(new BigUint64Array(buffer), name);
    case 'i8':
      return doubles(new BigInt64Array(buffer), name);
    case 'f2':
      return Float32Array.from(new Uint16Array(buffer), half);
    case 'f4':
      return new Float32Array(buffer);
    case 'f8':
      return new Float64Array(buffer);
    default:
      throw new Error(`no numbers of ${kind}${size}, ${count} of them`);
  }
}

function turn(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else bytes.swap64();
}

function doubles(values: BigInt64Array | BigUint64Array, name: string): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as bigint;
    if (value > MAX_WHOLE || value < -MAX_WHOLE) {
      throw new UserError(
        `${name} holds ${value}, too large to be exact. Save it as float64 or smaller whole numbers.`,
      );
    }
    result[i] = Number(value);
  }
  return result;
}

/** IEEE 754 half precision. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Values whose first axis runs fastest, so that the last does. */
function rowMajor(values: NumberArray, shape: readonly number[]): NumberArray {
  const result = values.slice();
  const steps: number[] = [];
  let step = 1;
  for (const length of shape) {
    steps.push(step);
    step *= length;
  }
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      from += steps[axis] as number;
      if (next < (shape[axis] as number)) {
        index[axis] = next;
        break;
      }
      from -= (steps[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}

function damaged(name: string, what: string): UserError {
  return new UserError(`${name}: ${what}. The file looks damaged; save it again with numpy.save.`);
}
