// Weights of which only what is not zero is stored, each element with its place.
import { BYTES_PER_ELEMENT } from './tensor';
import { byteCount, PLACE_BYTES, parameterCount, type Weight } from './weight';

export interface SparseElements {
  /** As stored, one after another. */
  readonly values: Uint8Array;
  /** Numbers of the elements, ascending. */
  readonly places: BigInt64Array;
}

/** The weight stored so, where that takes fewer bytes; else as it is. */
export async function sparselyStored(weight: Weight): Promise<Weight> {
  const { sparse: _, ...dense } = weight.storage;
  if (dense.quantization !== undefined) return weight;
  const { places } = await sparseElements(weight);
  const stored = { ...weight, storage: { ...dense, sparse: places.length } };
  return byteCount(stored) < byteCount({ ...weight, storage: dense }) ? stored : weight;
}

export async function sparseElements(weight: Weight): Promise<SparseElements> {
  const bytes = await weight.bytes();
  const size = BYTES_PER_ELEMENT[weight.storage.type];
  const places: number[] = [];
  for (let place = 0; place < parameterCount(weight); place++) {
    // Bits, not values: minus zero stays.
    for (let i = place * size; i < (place + 1) * size; i++) {
      if (bytes[i] === 0) continue;
      places.push(place);
      break;
    }
  }
  const values = new Uint8Array(places.length * size);
  for (const [i, place] of places.entries()) values.set(bytes.subarray(place * size, (place + 1) * size), i * size);
  return { values, places: BigInt64Array.from(places, BigInt) };
}

/** What lies in a file: all elements, or those that are not zero and their places. */
export async function storedBytes(weight: Weight): Promise<Uint8Array> {
  if (weight.storage.sparse === undefined) return weight.bytes();
  const { values, places } = await sparseElements(weight);
  const bytes = new Uint8Array(values.length + places.length * PLACE_BYTES);
  bytes.set(values);
  bytes.set(new Uint8Array(places.buffer), values.length);
  return bytes;
}
