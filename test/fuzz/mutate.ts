// Seeded damage to a model's file: what accidents and attackers do to bytes, and to the JSON inside.
import type { Random } from '../../src/random';

export type Mutation = (bytes: Uint8Array, source: Random) => Uint8Array;

const below = (source: Random, count: number): number => Math.floor(source.next() * Math.max(1, count));

function pick<T>(source: Random, items: readonly T[]): T {
  return items[below(source, items.length)] as T;
}

const truncated: Mutation = (bytes, source) => bytes.slice(0, below(source, bytes.length));

const flipped: Mutation = (bytes, source) => {
  const result = bytes.slice();
  for (let i = 1 + below(source, 16); i > 0; i--) {
    const at = place(source, result);
    result[at] = (result[at] ?? 0) ^ (1 << below(source, 8));
  }
  return result;
};

/** Structure is dense at the beginning and the end of a file; weights lie between. */
function place(source: Random, bytes: Uint8Array): number {
  const edge = Math.min(bytes.length, 4096);
  return pick(source, [
    () => below(source, edge),
    () => bytes.length - 1 - below(source, edge),
    () => below(source, bytes.length),
  ])();
}

/** What a length, an offset or a count may not be. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

const lengths: Mutation = (bytes, source) => {
  const result = bytes.slice();
  const view = new DataView(result.buffer);
  if (result.length < 8) return result;
  for (let i = 1 + below(source, 4); i > 0; i--) {
    const at = Math.min(place(source, result), result.length - 8);
    const value = pick(source, EXTREMES);
    if (source.next() < 0.5) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value) << BigInt(below(source, 32)), true);
  }
  return result;
};

const spread: Mutation = (bytes, source) => {
  const [at, length] = [below(source, bytes.length), below(source, 256)];
  const piece = bytes.slice(at, at + length);
  const to = below(source, bytes.length);
  return joined(bytes.slice(0, to), piece, bytes.slice(to));
};

const removed: Mutation = (bytes, source) => {
  const at = below(source, bytes.length);
  return joined(bytes.slice(0, at), bytes.slice(at + 1 + below(source, 256)));
};

const blotted: Mutation = (bytes, source) => {
  const result = bytes.slice();
  const at = place(source, result);
  result.fill(pick(source, [0, 0xff, 0x41]), at, at + 1 + below(source, 64));
  return result;
};

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

export const ON_BYTES: readonly Mutation[] = [truncated, flipped, lengths, spread, removed, blotted];

/** Values that stand where something sensible stood. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  1e9,
  2 ** 53,
  1e308,
  '',
  '__proto__',
  'constructor',
  '../../../etc/passwd',
  '/etc/passwd',
  'a'.repeat(100_000),
  [],
  {},
  [[[[[[[[[[[[]]]]]]]]]]]],
  [null, null, null, null, null, null, null, null],
  { class_name: 'Lambda', config: {} },
];

/** Changes a few values of a JSON text, or takes keys away, or gives them twice. */
export function mutateJson(text: string, source: Random): string {
  const json: unknown = JSON.parse(text);
  for (let i = 1 + below(source, 3); i > 0; i--) damage(json, source);
  if (source.next() < 0.05) return nested(text, 50_000);
  return JSON.stringify(json);
}

function nested(text: string, depth: number): string {
  return `${'{"a":'.repeat(depth)}${text}${'}'.repeat(depth)}`;
}

function damage(json: unknown, source: Random): void {
  let at = json;
  for (let depth = 0; depth < 40; depth++) {
    if (typeof at !== 'object' || at === null) return;
    const record = at as Record<string, unknown>;
    const keys = Object.keys(record);
    if (keys.length === 0) return;
    const key = pick(source, keys);
    const value = record[key];
    const leaf = typeof value !== 'object' || value === null;
    if (!leaf && source.next() > 0.1) {
      at = value;
      continue;
    }
    const action = source.next();
    if (action < 0.15) delete record[key];
    else if (action < 0.3) record[key] = structuredClone(record[pick(source, keys)]);
    else record[key] = structuredClone(pick(source, STRANGE));
    return;
  }
}
