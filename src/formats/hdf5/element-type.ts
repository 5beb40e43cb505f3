// How HDF5 describes the elements of a data set, in our terms.
import type { Metadata } from 'h5wasm';
import type { ElementType } from '../../model/tensor';
import type { Library } from './library';

const FLOATS: ReadonlyMap<number, ElementType> = new Map([
  [2, 'float16'],
  [4, 'float32'],
  [8, 'float64'],
]);
const SIGNED: ReadonlyMap<number, ElementType> = new Map([
  [1, 'int8'],
  [2, 'int16'],
  [4, 'int32'],
  [8, 'int64'],
]);
const UNSIGNED: ReadonlyMap<number, ElementType> = new Map([
  [1, 'uint8'],
  [2, 'uint16'],
  [4, 'uint32'],
  [8, 'uint64'],
]);

/** HDF5's class of elements it knows nothing of. */
const OPAQUE = 5;

/** Undefined for what is not numbers. */
export function elementType({ module }: Library, { type, size, signed }: Metadata): ElementType | undefined {
  const { H5T_FLOAT, H5T_INTEGER, H5T_ENUM } = module.H5T_class_t;
  if (type === H5T_FLOAT.value) return FLOATS.get(size);
  if (type === H5T_INTEGER.value) return (signed ? SIGNED : UNSIGNED).get(size);
  // HDF5 has no such type: Keras 3 writes two bytes that it says nothing of.
  if (type === OPAQUE && size === 2) return 'bfloat16';
  // h5py writes booleans as an enumeration of one byte.
  return type === H5T_ENUM.value && size === 1 ? 'bool' : undefined;
}

/** Elements in the order of bytes that JavaScript's arrays have. */
export function littleEndian(bytes: Uint8Array, { littleEndian: isLittle, size, type }: Metadata): Uint8Array {
  if (isLittle || size === 1 || type === OPAQUE) return bytes;
  const swapped = bytes.slice();
  for (let start = 0; start < swapped.length; start += size) swapped.subarray(start, start + size).reverse();
  return swapped;
}
