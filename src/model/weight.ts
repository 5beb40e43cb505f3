// A named tensor of a model. Its bytes stay where they are (a shard, memory) until somebody asks for them.
import { type Bytes, inPieces, piecesOf } from './bytes';
import { borrow, giveBack } from './scratch';
import { BYTES_PER_ELEMENT, type ElementType, elementCount } from './tensor';

/** How a weight's elements are stored. */
export interface Storage {
  readonly type: ElementType;
  readonly quantization?: Quantization | ChannelQuantization;
  /** How many elements are stored, each with its place, where zeros are left out. */
  readonly sparse?: number;
}

/** value = stored × scale + min. */
export interface Quantization {
  readonly scale: number;
  readonly min: number;
}

/** value = (stored − zero point) × scale, by the element's place on an axis. */
export interface ChannelQuantization {
  readonly axis: number;
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array;
}

export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  /** False for what training does not touch by gradient: moving averages, frozen layers. */
  readonly trainable: boolean;
  readonly storage: Storage;
  /** The elements in the type they are stored in, row-major, zeros that are left out among them. */
  readonly bytes: Bytes;
}

/** Of the place of an element that is stored among zeros that are not. */
export const PLACE_BYTES = 8;

export function parameterCount(weight: Weight): number {
  return elementCount(weight.shape);
}

export function byteCount(weight: Weight): number {
  const { type, sparse } = weight.storage;
  const size = BYTES_PER_ELEMENT[type];
  return sparse === undefined ? parameterCount(weight) * size : sparse * (size + PLACE_BYTES);
}

/** A weight held in memory as float32. */
export function float32Weight(name: string, shape: readonly number[], values: Float32Array, trainable = true): Weight {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, shape, trainable, storage: { type: 'float32' }, bytes: async () => bytes };
}

/** The weight's values as float32, dequantised. */
export async function weightValues(weight: Weight): Promise<Float32Array> {
  return valuesOf(weight, await weight.bytes(), 0);
}

/** The same in pieces, each some whole rows of the first axis and good until the next is asked for. */
export async function* valuePieces(weight: Weight): AsyncGenerator<Float32Array> {
  let start = 0;
  for await (const bytes of piecesOf(weight.bytes)) {
    const isView = weight.storage.type === 'float32' && bytes.byteOffset % 4 === 0;
    const values = isView
      ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
      : valuesOf(weight, bytes, start);
    yield values;
    start += values.length;
  }
}

/** @param start number of the weight's elements before those given. */
function valuesOf({ shape, storage }: Weight, bytes: Uint8Array, start: number): Float32Array {
  const { type, quantization } = storage;
  switch (type) {
    case 'float32':
      return new Float32Array(aligned(bytes, 4));
    case 'float64':
      return Float32Array.from(new Float64Array(aligned(bytes, 8)));
    case 'float16':
      return fromFloat16(new Uint16Array(aligned(bytes, 2)));
    case 'bfloat16':
      return new Float32Array(Uint32Array.from(new Uint16Array(aligned(bytes, 2)), (bits) => bits << 16).buffer);
    case 'int8':
      return Float32Array.from(new Int8Array(aligned(bytes, 1)));
    case 'int16':
      return Float32Array.from(new Int16Array(aligned(bytes, 2)));
    case 'int32':
      return Float32Array.from(new Int32Array(aligned(bytes, 4)));
    case 'uint32':
      return Float32Array.from(new Uint32Array(aligned(bytes, 4)));
    case 'uint8':
    case 'uint16': {
      if (quantization !== undefined && 'axis' in quantization) return byChannel(shape, bytes, quantization, start);
      const { scale, min } = quantization ?? { scale: 1, min: 0 };
      const stored = type === 'uint8' ? bytes : new Uint16Array(aligned(bytes, 2));
      return mapped(stored, (value) => value * scale + min);
    }
    case 'bool':
      return Float32Array.from(bytes);
    case 'int64':
      return Float32Array.from(new BigInt64Array(aligned(bytes, 8)), Number);
    case 'uint64':
      return Float32Array.from(new BigUint64Array(aligned(bytes, 8)), Number);
  }
}

function byChannel(
  shape: readonly number[],
  bytes: Uint8Array,
  { axis, scales, zeroPoints }: ChannelQuantization,
  start: number,
): Float32Array {
  const inner = elementCount(shape.slice(axis + 1));
  return mapped(bytes, (stored, place) => {
    const channel = Math.floor((start + place) / inner) % scales.length;
    return (stored - (zeroPoints[channel] as number)) * (scales[channel] as number);
  });
}

/** The weight with, on each axis given, only the elements listed, in that order; stored as it was. */
export function gatherWeight(weight: Weight, kept: ReadonlyMap<number, Uint32Array>): Weight {
  const shape = weight.shape.map((size, axis) => kept.get(axis)?.length ?? size);
  const inOrder = isIncreasing(kept.get(0) ?? new Uint32Array());
  const bytes = inOrder
    ? inPieces(elementCount(shape) * BYTES_PER_ELEMENT[weight.storage.type], () => gatheredPieces(weight, kept))
    : () => gathered(weight, kept);
  const { sparse: _, ...storage } = weight.storage;
  return { ...weight, shape, storage, bytes };
}

function isIncreasing(indices: Uint32Array): boolean {
  return indices.every((index, i) => i === 0 || index > (indices[i - 1] as number));
}

async function gathered(weight: Weight, kept: ReadonlyMap<number, Uint32Array>): Promise<Uint8Array> {
  let bytes = await weight.bytes();
  let current = [...weight.shape];
  for (const [axis, indices] of kept) {
    const after = current.with(axis, indices.length);
    const result = new Uint8Array(elementCount(after) * BYTES_PER_ELEMENT[weight.storage.type]);
    gatherBytes(bytes, current, axis, indices, result);
    [bytes, current] = [result, after];
  }
  return bytes;
}

/** Of every piece the rows that are kept, and of these the rest; the first axis keeps its order. */
async function* gatheredPieces(weight: Weight, kept: ReadonlyMap<number, Uint32Array>): AsyncGenerator<Uint8Array> {
  const [, ...rest] = weight.shape;
  const rowBytes = elementCount(rest) * BYTES_PER_ELEMENT[weight.storage.type];
  const { 0: rows, ...others } = Object.fromEntries(kept);
  const memory: Uint8Array[] = [];
  let [row, next] = [0, 0];
  try {
    for await (const piece of piecesOf(weight.bytes)) {
      const count = piece.length / rowBytes;
      const axes = new Map(Object.entries(others).map(([axis, indices]) => [Number(axis), indices]));
      if (rows !== undefined) {
        const first = next;
        while (next < rows.length && (rows[next] as number) < row + count) next++;
        const start = row;
        axes.set(
          0,
          rows.subarray(first, next).map((index) => index - start),
        );
      }
      row += count;
      if (axes.get(0)?.length !== 0) yield gatherPiece(piece, [count, ...rest], axes, memory);
    }
  } finally {
    memory.forEach(giveBack);
  }
}

/** The rows first: what goes with them need not be copied. @param memory two buffers that results alternate between. */
function gatherPiece(
  piece: Uint8Array,
  shape: readonly number[],
  axes: ReadonlyMap<number, Uint32Array>,
  memory: Uint8Array[],
): Uint8Array {
  let [bytes, current] = [piece, shape];
  for (const [i, axis] of [...axes.keys()].sort((a, b) => a - b).entries()) {
    const indices = axes.get(axis) as Uint32Array;
    const length = (bytes.length / (current[axis] ?? 1)) * indices.length;
    let target = memory[i % 2];
    if (target === undefined || target.length < length) {
      if (target) giveBack(target);
      target = borrow(length);
      memory[i % 2] = target;
    }
    const result = target.subarray(0, length);
    gatherBytes(bytes, current, axis, indices, result);
    [bytes, current] = [result, current.with(axis, indices.length)];
  }
  return bytes;
}

function gatherBytes(
  bytes: Uint8Array,
  shape: readonly number[],
  axis: number,
  indices: Uint32Array,
  result: Uint8Array,
): void {
  const outer = elementCount(shape.slice(0, axis));
  const size = shape[axis] ?? 1;
  const inner = bytes.length / (outer * size);
  if (inner < FEW_BYTES && inner % 4 === 0 && bytes.byteOffset % 4 === 0) {
    gatherWords(words(bytes), words(result), outer, size, inner / 4, indices);
    return;
  }
  let position = 0;
  for (let o = 0; o < outer; o++) {
    for (const index of indices) {
      const start = (o * size + index) * inner;
      result.set(bytes.subarray(start, start + inner), position);
      position += inner;
    }
  }
}

/** Below so many bytes in a row, copying word by word beats a call for each row. */
const FEW_BYTES = 128;

function gatherWords(
  from: Uint32Array,
  to: Uint32Array,
  outer: number,
  size: number,
  inner: number,
  indices: Uint32Array,
): void {
  let position = 0;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < indices.length; i++) {
      const start = (o * size + (indices[i] as number)) * inner;
      for (let j = 0; j < inner; j++) to[position++] = from[start + j] as number;
    }
  }
}

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
}

/** A buffer whose start suits a typed array of the given element size; copied where the view does not. */
function aligned(bytes: Uint8Array, size: number): ArrayBuffer {
  if (bytes.byteOffset % size === 0 && bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength) {
    return bytes.buffer as ArrayBuffer;
  }
  return bytes.slice().buffer as ArrayBuffer;
}

/** Typed arrays' own `from` takes thirty times as long with a function. */
function mapped(stored: ArrayLike<number>, of: (value: number, place: number) => number): Float32Array {
  const values = new Float32Array(stored.length);
  for (let i = 0; i < stored.length; i++) values[i] = of(stored[i] as number, i);
  return values;
}

/** A table of all of them: millions of exponents take seconds. */
function fromFloat16(stored: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => float16ToNumber(bits));
  const values = new Float32Array(stored.length);
  for (let i = 0; i < stored.length; i++) values[i] = halves[stored[i] as number] as number;
  return values;
}

let halves: Float32Array | undefined;

/** IEEE 754 binary16. */
function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** IEEE 754 binary16, rounded to the nearest, ties to even. */
export function toFloat16(value: number): number {
  number[0] = value;
  const word = bits[0] as number;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 and above round to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  // Below the smallest normal number: a multiple of 2^-24.
  const scaled = Math.abs(value) * 2 ** 24;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
  return sign | (floor + (up ? 1 : 0));
}
