// Seeded random numbers: the same seed gives the same session, on every platform.

export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform integer in [0, 2^32). */
  bits(): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
}

/** A generator (sfc32) whose stream is fixed by the numbers and words given: `random(seed, 'shuffle', epoch)`. */
export function random(...seed: readonly (number | string)[]): Random {
  let [a, b, c, counter] = hash(seed.join(' '));
  const bits = (): number => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = ((c << 21) | (c >>> 11)) >>> 0;
    c = (c + sum) >>> 0;
    return sum;
  };
  for (let i = 0; i < 12; i++) bits();
  const next = (): number => bits() / 2 ** 32;
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return { next, bits, normal };
}

/** A permutation of 0..count-1 (Fisher–Yates). */
export function shuffled(count: number, source: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(source.next() * (i + 1));
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}

/** Four 32-bit words from a text (FNV-1a with four offsets, then mixed). */
function hash(text: string): [number, number, number, number] {
  const word = (offset: number): number => {
    let h = (0x811c9dc5 ^ offset) >>> 0;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
    return (h ^ (h >>> 13)) >>> 0;
  };
  return [word(1), word(0x9e3779b9), word(0x3c6ef372), word(0xdaa66d2b)];
}
