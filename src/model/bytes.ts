// The bytes of a weight: had whole, or in pieces where they lie in a file and may be more than should be held at once.

/** Reads them anew at each call: nothing is kept in memory. */
export interface Bytes {
  (): Promise<Uint8Array>;
  /**
   * The same one after the other, each some whole rows of the first axis. A piece is good until the next is asked for:
   * its memory is used again. Absent where the bytes are in memory as a whole anyway.
   */
  readonly pieces?: () => AsyncIterable<Uint8Array>;
}

/** About as many bytes as a piece has; more where one row is longer. */
export const PIECE = 2 ** 20;

export function piecesOf(bytes: Bytes): AsyncIterable<Uint8Array> {
  return bytes.pieces?.() ?? whole(bytes);
}

async function* whole(bytes: Bytes): AsyncGenerator<Uint8Array> {
  yield await bytes();
}

/** @param read all of them at once; by default its pieces are put together. */
export function inPieces(
  length: number,
  pieces: () => AsyncIterable<Uint8Array>,
  read = () => together(length, pieces()),
): Bytes {
  return Object.assign(() => read(), { pieces });
}

async function together(length: number, pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  for await (const piece of pieces) {
    bytes.set(piece, done);
    done += piece.length;
  }
  if (done !== length) throw new Error(`${done} bytes where ${length} should be`);
  return bytes;
}
