// Memory that is used over and over: what passes through in pieces must not leave a piece behind each time.

/** Kept for the next who asks: as many as one stream through a gather holds, none larger than a row of a wide kernel. */
const MOST = 4;
const LARGEST = 4 * 2 ** 20;
const free: ArrayBuffer[] = [];

/** At least `length` bytes, of any content; to be handed back by `giveBack`. */
export function borrow(length: number): Uint8Array {
  const found = free.findIndex(({ byteLength }) => byteLength >= length);
  const [buffer = new ArrayBuffer(length)] = found < 0 ? [] : free.splice(found, 1);
  return new Uint8Array(buffer);
}

export function giveBack({ buffer }: Uint8Array): void {
  if (buffer.byteLength <= LARGEST && free.length < MOST) free.push(buffer as ArrayBuffer);
}
