// Seeded damage to a model's file: what accidents and attackers do to bytes, and to the JSON inside.
import { FAMILIES } from '../../src/formats/keras/layers/index';
import type { Random } from '../../src/random';
import { below, joined, pick, reordered } from './draw';

export type Mutation = (bytes: Uint8Array, source: Random) => Uint8Array;

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
  for (let i = 1 + below(source, 3); i > 0; i--) (source.next() < 0.5 ? damage : damageLayers)(json, source);
  if (source.next() < 0.05) return nested(text, 50_000);
  return JSON.stringify(json);
}

/** The same within an HDF5 file, which has it as a text of fixed length: what got longer is left as it is. */
export function mutateConfig(bytes: Uint8Array, source: Random): Uint8Array {
  const file = Buffer.from(bytes);
  const start = file.indexOf('{"class_name"');
  if (start < 0) return file;
  let [end, depth] = [start, 0];
  do depth += { 123: 1, 125: -1 }[file[end++] as 0x7b] ?? 0;
  while (depth > 0 && end < file.length);
  try {
    const made = Buffer.from(mutateJson(file.toString('utf8', start, end), source));
    if (made.length <= end - start) file.fill(0x20, start, end).set(made, start);
  } catch (error) {
    // What looked like a config is none.
    if (!(error instanceof SyntaxError)) throw error;
  }
  return file;
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

interface JsonLayer {
  class_name?: unknown;
  config?: unknown;
}

/** Numbers that no size, stride or axis may be, or rarely is; 1.5 and a text are no number of them at all. */
const ABSURD = [
  -(2 ** 63),
  -1e9,
  -7,
  -1,
  0,
  1,
  2,
  3,
  7,
  16,
  1.5,
  1e6,
  2 ** 31,
  2 ** 53,
  1e300,
  null,
  '3',
  [],
  [3],
  [2, 0],
];

/** What goes wrong with layers: others, fewer or more of them, in another order, wired otherwise, with absurd settings. */
function damageLayers(json: unknown, source: Random): void {
  const lists: JsonLayer[][] = [];
  collect(json, lists, 0);
  if (lists.length === 0) {
    damage(json, source);
    return;
  }
  const layers = pick(source, lists);
  const at = below(source, layers.length);
  const layer = layers[at] as JsonLayer;
  const texts = textsIn(layers);
  pick<() => void>(source, [
    () => layers.splice(at, 1),
    () => layers.splice(at, 0, structuredClone(layer)),
    () => layers.splice(0, layers.length, ...reordered(source, layers)),
    () => {
      layer.class_name = pick(source, source.next() < 0.2 ? STRANGE : CLASSES);
    },
    () => {
      layer.class_name = pick(source, CLASSES);
    },
    () => replaceLeaf(layer, source, (leaf) => typeof leaf === 'number', ABSURD),
    () => replaceLeaf(layer, source, (leaf) => typeof leaf === 'number', ABSURD),
    () => replaceLeaf(layer.config, source, () => true, [...ABSURD, true, false, 'same', 'channels_first', ...texts]),
    // Names of layers, of activations, of classes: one in the place of another.
    () => replaceLeaf(layer, source, (leaf) => typeof leaf === 'string', texts),
    () => replaceLeaf(layer, source, (leaf) => typeof leaf === 'string', texts),
  ])();
}

const CLASSES = [...FAMILIES.keys()];

function isLayer(value: unknown): value is JsonLayer {
  return typeof value === 'object' && value !== null && 'class_name' in value && 'config' in value;
}

function collect(json: unknown, lists: JsonLayer[][], depth: number): void {
  if (typeof json !== 'object' || json === null || depth > 40) return;
  if (Array.isArray(json) && json.length > 0 && json.every(isLayer)) lists.push(json);
  for (const value of Object.values(json)) collect(value, lists, depth + 1);
}

function leavesOf(json: unknown, found: { holder: Record<string, unknown>; key: string }[] = []): typeof found {
  if (typeof json !== 'object' || json === null) return found;
  const holder = json as Record<string, unknown>;
  for (const [key, value] of Object.entries(holder)) {
    if (typeof value === 'object' && value !== null) leavesOf(value, found);
    else found.push({ holder, key });
  }
  return found;
}

function textsIn(layers: readonly JsonLayer[]): string[] {
  const texts = leavesOf(layers).flatMap(({ holder, key }) => {
    const value = holder[key];
    return typeof value === 'string' ? [value] : [];
  });
  return [...new Set([...texts, '', '__proto__', 'constructor'])];
}

function replaceLeaf(
  json: unknown,
  source: Random,
  wanted: (leaf: unknown) => boolean,
  values: readonly unknown[],
): void {
  const leaves = leavesOf(json).filter(({ holder, key }) => wanted(holder[key]));
  if (leaves.length === 0) return;
  const { holder, key } = pick(source, leaves);
  holder[key] = structuredClone(pick(source, values));
}
