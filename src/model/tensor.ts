// A tensor in memory, and the arithmetic of shapes.

export type ElementType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

export type ElementArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** Row-major. float16 and bfloat16 are held as their 16 bits in a Uint16Array, bool as one byte. */
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: ElementArray;
}

export const BYTES_PER_ELEMENT: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
};

/** Number of elements; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function float32(shape: readonly number[], data: Float32Array): Tensor {
  return { type: 'float32', shape, data };
}

export function scalar(value: number): Tensor {
  return float32([], Float32Array.of(value));
}

export function int64(values: readonly number[]): Tensor {
  return { type: 'int64', shape: [values.length], data: BigInt64Array.from(values, asInt64) };
}

/** "To the end" is 2⁶³ − 1 in many files: as a number it is rounded up to 2⁶³, which must not wrap around to −2⁶³. */
export function asInt64(value: number): bigint {
  const most = 2n ** 63n - 1n;
  const whole = BigInt(value);
  return whole > most ? most : whole;
}

/** The integers of a constant such as a Reshape's target. */
export function integers(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** Distance, in elements, between neighbours on each axis of a row-major tensor. */
export function strides(shape: readonly number[]): number[] {
  const result = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    result[axis] = (result[axis + 1] as number) * (shape[axis + 1] as number);
  }
  return result;
}

/** Elements as they are stored, as a typed array of their own. */
export function typedArray(type: ElementType, bytes: Uint8Array): ElementArray {
  const buffer = bytes.slice().buffer;
  switch (type) {
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return new Float64Array(buffer);
    case 'float16':
    case 'bfloat16':
    case 'uint16':
      return new Uint16Array(buffer);
    case 'int8':
      return new Int8Array(buffer);
    case 'int16':
      return new Int16Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'uint32':
      return new Uint32Array(buffer);
    case 'int64':
      return new BigInt64Array(buffer);
    case 'uint64':
      return new BigUint64Array(buffer);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer);
  }
}
