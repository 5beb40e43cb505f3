// A collection of the global heap, where texts of any length lie. The library walks its objects by their sizes, and for
// ever where free space has none: https://docs.hdfgroup.org/hdf5/develop/_f_m_t3.html (III.E).

const SIGNATURE = [...Buffer.from('GCOL')];
/** Signature, version, three bytes that mean nothing, size of the collection. */
const HEADER = 16;
/** Index, references, four bytes that mean nothing, size. */
const OBJECT_HEADER = 16;

/** Whether the bytes are such a collection and a walk along its objects would not end. */
export function isEndlessHeap(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER || SIGNATURE.some((byte, i) => bytes[i] !== byte)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = Math.min(bytes.length, Number(view.getBigUint64(8, true)));
  for (let at = HEADER; at + OBJECT_HEADER <= end; ) {
    const [index, size] = [view.getUint16(at, true), Number(view.getBigUint64(at + 8, true))];
    const step = index === 0 ? size : OBJECT_HEADER + 8 * Math.ceil(size / 8);
    if (step === 0) return true;
    at += step;
  }
  return false;
}
