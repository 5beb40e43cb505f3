// A named tensor of a model. Its bytes stay where they are (a shard, memory) until somebody asks for them.
import { type Bytes, piecesOf } from './bytes';
import { fromFloat16 } from './half';
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
