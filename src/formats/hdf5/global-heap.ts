// A collection of the global heap, where texts of any length lie. The library walks its objects by their sizes, in 32 bits:
// for ever where one has none, or so large a one that it wraps around. https://docs.hdfgroup.org/hdf5/develop/_f_m_t3.html (III.E).

const SIGNATURE = [...Buffer.from('GCOL')];
/** Signature, version, three bytes that mean nothing, size of the collection. */
const HEADER = 16;
/** Index, references, four bytes that mean nothing, size. */
const OBJECT_HEADER = 16;

/** Bytes of the collection that begins here; 0 where none does. */
export function heapSize(bytes: Uint8Array): number {
  if (bytes.length < HEADER || SIGNATURE.some((byte, i) => bytes[i] !== byte)) return 0;
  return Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(8, true));
}

/** Whether the bytes are such a collection and its objects do not lie within it, one behind the other. */
export function isBrokenHeap(bytes: Uint8Array): boolean {
  const size = heapSize(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The file may end before it.
  const end = Math.min(bytes.length, size);
  for (let at = HEADER; at + OBJECT_HEADER <= end; ) {
    const [index, own] = [view.getUint16(at, true), Number(view.getBigUint64(at + 8, true))];
    const step = index === 0 ? own : OBJECT_HEADER + 8 * Math.ceil(own / 8);
    if (step === 0 || at + step > size) return true;
    at += step;
  }
  return false;
}
