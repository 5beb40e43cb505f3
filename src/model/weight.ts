// A named tensor of a model. Its bytes stay where they are (a shard, memory) until somebody asks for them.
import { BYTES_PER_ELEMENT, type ElementType, elementCount } from './tensor';

/** How a weight's elements are stored. */
export interface Storage {
  readonly type: ElementType;
  readonly quantization?: Quantization | ChannelQuantization;
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
  /** The elements as stored, row-major. Read anew at each call: nothing is kept in memory. */
  readonly bytes: () => Promise<Uint8Array>;
}

export function parameterCount(weight: Weight): number {
  return elementCount(weight.shape);
}

export function byteCount(weight: Weight): number {
  return parameterCount(weight) * BYTES_PER_ELEMENT[weight.storage.type];
}

/** A weight held in memory as float32. */
export function float32Weight(name: string, shape: readonly number[], values: Float32Array, trainable = true): Weight {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, shape, trainable, storage: { type: 'float32' }, bytes: async () => bytes };
}

/** The weight's values as float32, dequantised. */
export async function weightValues(weight: Weight): Promise<Float32Array> {
  const bytes = await weight.bytes();
  const { type, quantization } = weight.storage;
  switch (type) {
    case 'float32':
      return new Float32Array(aligned(bytes, 4));
    case 'float64':
      return Float32Array.from(new Float64Array(aligned(bytes, 8)));
    case 'float16':
      return Float32Array.from(new Uint16Array(aligned(bytes, 2)), float16ToNumber);
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
      if (quantization !== undefined && 'axis' in quantization) return byChannel(weight.shape, bytes, quantization);
      const { scale, min } = quantization ?? { scale: 1, min: 0 };
      const stored = type === 'uint8' ? bytes : new Uint16Array(aligned(bytes, 2));
      return Float32Array.from(stored as ArrayLike<number>, (value) => value * scale + min);
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
): Float32Array {
  const inner = elementCount(shape.slice(axis + 1));
  return Float32Array.from(bytes, (stored, place) => {
    const channel = Math.floor(place / inner) % scales.length;
    return (stored - (zeroPoints[channel] as number)) * (scales[channel] as number);
  });
}

/** The weight with, on each axis given, only the elements listed, in that order; stored as it was. */
export function gatherWeight(weight: Weight, kept: ReadonlyMap<number, Uint32Array>): Weight {
  const shape = weight.shape.map((size, axis) => kept.get(axis)?.length ?? size);
  return {
    ...weight,
    shape,
    bytes: async () => {
      let bytes = await weight.bytes();
      let current = [...weight.shape];
      for (const [axis, indices] of kept) {
        bytes = gatherBytes(bytes, current, axis, indices, BYTES_PER_ELEMENT[weight.storage.type]);
        current = current.map((size, i) => (i === axis ? indices.length : size));
      }
      return bytes;
    },
  };
}

function gatherBytes(
  bytes: Uint8Array,
  shape: readonly number[],
  axis: number,
  indices: Uint32Array,
  elementSize: number,
): Uint8Array {
  const outer = elementCount(shape.slice(0, axis));
  const inner = elementCount(shape.slice(axis + 1)) * elementSize;
  const size = shape[axis] ?? 1;
  const result = new Uint8Array(outer * indices.length * inner);
  if (inner < FEW_BYTES && inner % 4 === 0 && bytes.byteOffset % 4 === 0) {
    gatherWords(words(bytes), words(result), outer, size, inner / 4, indices);
    return result;
  }
  let position = 0;
  for (let o = 0; o < outer; o++) {
    for (const index of indices) {
      const start = (o * size + index) * inner;
      result.set(bytes.subarray(start, start + inner), position);
      position += inner;
    }
  }
  return result;
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
