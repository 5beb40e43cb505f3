// Float32 values as the bytes of another type.
import type { ElementType } from '../../model/tensor';

export function fromFloat32(values: Float32Array, type: ElementType): Uint8Array {
  return new Uint8Array(converted(values, type).buffer);
}

function converted(values: Float32Array, type: ElementType) {
  switch (type) {
    case 'float32':
      return values.slice();
    case 'float64':
      return Float64Array.from(values);
    case 'float16':
      return Uint16Array.from(values, toFloat16);
    case 'bfloat16':
      return Uint16Array.from(values, toBfloat16);
    case 'int8':
      return Int8Array.from(values, Math.round);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values, Math.round);
    case 'int16':
      return Int16Array.from(values, Math.round);
    case 'uint16':
      return Uint16Array.from(values, Math.round);
    case 'int32':
      return Int32Array.from(values, Math.round);
    case 'uint32':
      return Uint32Array.from(values, Math.round);
    case 'int64':
      return BigInt64Array.from(values as unknown as ArrayLike<bigint>, (value) => BigInt(Math.round(Number(value))));
    case 'uint64':
      return BigUint64Array.from(values as unknown as ArrayLike<bigint>, (value) => BigInt(Math.round(Number(value))));
  }
}

const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** IEEE 754 binary16, rounded to the nearest, ties to even. */
function toFloat16(value: number): number {
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

function toBfloat16(value: number): number {
  number[0] = value;
  const word = bits[0] as number;
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40;
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}
