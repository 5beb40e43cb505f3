// A weight with, on some of its axes, only the elements listed: what is left of it after a cut.
import { inPieces, piecesOf } from './bytes';
import { borrow, giveBack } from './scratch';
import { BYTES_PER_ELEMENT, elementCount } from './tensor';
import type { Weight } from './weight';

/** By axis: the elements that are kept, in the order they are to have. */
type Kept = ReadonlyMap<number, Uint32Array>;

/** The weight is stored as it was. */
export function gatherWeight(weight: Weight, kept: Kept): Weight {
  const shape = weight.shape.map((size, axis) => kept.get(axis)?.length ?? size);
  const length = elementCount(shape) * BYTES_PER_ELEMENT[weight.storage.type];
  const bytes = isIncreasing(kept.get(0) ?? new Uint32Array())
    ? inPieces(length, () => gatheredPieces(weight, kept))
    : async () => gathered(await weight.bytes(), weight.shape, kept, new Uint8Array(length));
  const { sparse: _, ...storage } = weight.storage;
  return { ...weight, shape, storage, bytes };
}

function isIncreasing(indices: Uint32Array): boolean {
  for (let i = 1; i < indices.length; i++) if ((indices[i] as number) <= (indices[i - 1] as number)) return false;
  return true;
}

/** Of every piece what is kept; the first axis keeps its order. */
async function* gatheredPieces(weight: Weight, kept: Kept): AsyncGenerator<Uint8Array> {
  const [, ...rest] = weight.shape;
  const rowBytes = elementCount(rest) * BYTES_PER_ELEMENT[weight.storage.type];
  const restBytes = rest.reduce(
    (bytes, size, i) => (bytes / (size || 1)) * (kept.get(i + 1)?.length ?? size),
    rowBytes,
  );
  const rows = kept.get(0);
  let memory: Uint8Array | undefined;
  let [row, next] = [0, 0];
  try {
    for await (const piece of piecesOf(weight.bytes)) {
      const count = piece.length / rowBytes;
      const axes = new Map(kept);
      if (rows !== undefined) {
        const [first, start] = [next, row];
        while (next < rows.length && (rows[next] as number) < row + count) next++;
        axes.set(
          0,
          rows.subarray(first, next).map((index) => index - start),
        );
      }
      row += count;
      const length = restBytes * (axes.get(0)?.length ?? count);
      if (length === 0) continue;
      if (memory === undefined || memory.length < length) {
        if (memory) giveBack(memory);
        memory = borrow(length);
      }
      yield gathered(piece, [count, ...rest], axes, memory.subarray(0, length));
    }
  } finally {
    if (memory) giveBack(memory);
  }
}

/** @returns `result`, filled. */
function gathered(bytes: Uint8Array, shape: readonly number[], kept: Kept, result: Uint8Array): Uint8Array {
  const last = Math.max(0, ...kept.keys());
  let outer = Uint32Array.of(0);
  for (let axis = 0; axis < last; axis++) outer = places(outer, shape[axis] ?? 1, kept.get(axis));
  const size = shape[last] ?? 1;
  const indices = kept.get(last) ?? all(size);
  // What lies within an index of the last of the axes stays together.
  const run = bytes.length / (elementCount(shape.slice(0, last)) * size);
  if (run >= FEW_BYTES) copyRuns(bytes, result, places(outer, size, indices), run);
  else copyUnits(bytes, result, outer, size, indices, run);
  return result;
}

/** The places along one more axis, within each of those given. */
function places(outer: Uint32Array, size: number, kept = all(size)): Uint32Array<ArrayBuffer> {
  const result = new Uint32Array(outer.length * kept.length);
  let position = 0;
  for (let i = 0; i < outer.length; i++) {
    const start = (outer[i] as number) * size;
    for (let j = 0; j < kept.length; j++) result[position++] = start + (kept[j] as number);
  }
  return result;
}

function all(size: number): Uint32Array {
  return Uint32Array.from({ length: size }, (_, i) => i);
}

/** Below so many bytes in a run, copying one by one beats a call for each run. */
const FEW_BYTES = 128;

function copyRuns(from: Uint8Array, to: Uint8Array, starts: Uint32Array, run: number): void {
  for (let i = 0; i < starts.length; i++) {
    const start = (starts[i] as number) * run;
    to.set(from.subarray(start, start + run), i * run);
  }
}

/** Four bytes at a time where that is possible, else two or one. */
function copyUnits(
  from: Uint8Array,
  to: Uint8Array,
  outer: Uint32Array,
  size: number,
  indices: Uint32Array,
  run: number,
): void {
  const fits = (unit: number): boolean => [run, from.byteOffset, to.byteOffset].every((bytes) => bytes % unit === 0);
  const Unit = fits(4) ? Uint32Array : fits(2) ? Uint16Array : Uint8Array;
  const unit = Unit.BYTES_PER_ELEMENT;
  const units = ({ buffer, byteOffset, length }: Uint8Array): Units =>
    new Unit(buffer as ArrayBuffer, byteOffset, Math.floor(length / unit));
  copyEach(units(from), units(to), outer, size, indices, run / unit);
}

type Units = Uint8Array | Uint16Array | Uint32Array;

function copyEach(from: Units, to: Units, outer: Uint32Array, size: number, indices: Uint32Array, run: number): void {
  let position = 0;
  for (let i = 0; i < outer.length; i++) {
    const start = (outer[i] as number) * size;
    for (let j = 0; j < indices.length; j++) {
      const place = (start + (indices[j] as number)) * run;
      for (let k = 0; k < run; k++) to[position++] = from[place + k] as number;
    }
  }
}
