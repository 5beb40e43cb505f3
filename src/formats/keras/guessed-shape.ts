// The shape of what an opaque layer makes, where the file does not say it (Keras 2, TF.js): taken to be that of what the
// layer reads, with as many channels as the weights behind it were made for.
import { BATCH, type Shape } from '../../model/graph';
import type { Entry, Topology } from './topology';
import type { Part, WeightStore } from './weight-store';

/** Where layers lie: in a model, at its path. */
export interface Level {
  readonly topology: Topology;
  readonly path: readonly string[];
}

/** @param input of the shape the layer reads, where that is known. */
export function guessedShape(
  level: Level,
  { name }: Entry,
  store: WeightStore,
  input: Shape | undefined,
): Shape | undefined {
  const { rank = input?.length, channels } = wantedBehind(level, [name], store, new Set());
  if (rank === undefined) return undefined;
  if (input?.length === rank) return channels === undefined ? input : [...input.slice(0, -1), channels];
  if (channels === undefined) return undefined;
  return [BATCH, ...Array.from({ length: rank - 2 }, (_, i) => `${name}_${i + 1}`), channels];
}

/** What the layers behind a value want it to be. */
interface Wanted {
  readonly rank?: number;
  readonly channels?: number;
}

/** Layers that make as many channels as they read. */
const PASSES =
  /^(Activation|ReLU|LeakyReLU|ELU|PReLU|Softmax|.*Dropout.*|Gaussian.*|Identity|ActivityRegularization|ZeroPadding.*|Cropping.*|UpSampling.*|.*Pooling.*|Add|Average|Maximum|Masking)$/;

function wantedBehind(level: Level, from: readonly string[], store: WeightStore, seen: Set<Entry>): Wanted {
  let rank: number | undefined;
  for (const entry of level.topology.entries) {
    const reads = entry.calls.some(({ inputs }) => inputs.some(({ layer }) => from.includes(layer)));
    if (!reads || seen.has(entry)) continue;
    seen.add(entry);
    const own = rankRead(entry.className);
    rank ??= own;
    const channels = channelsRead(entry, [...level.path, entry.name], store);
    if (channels !== undefined) return { channels, ...(rank !== undefined && { rank }) };
    const further = entry.inside
      ? wantedBehind({ topology: entry.inside, path: [...level.path, entry.name] }, startsOf(entry.inside), store, seen)
      : PASSES.test(entry.className)
        ? wantedBehind(level, [entry.name], store, seen)
        : {};
    // A pooling over all positions makes less axes than it reads.
    const known = rank ?? (own === undefined && !/Global/.test(entry.className) ? further.rank : undefined);
    if (further.channels !== undefined)
      return { channels: further.channels, ...(known !== undefined && { rank: known }) };
  }
  return rank === undefined ? {} : { rank };
}

/** Layers of a model that read what it is called with. */
function startsOf({ inputs, sequential, entries }: Topology): string[] {
  if (inputs.length > 0) return [...inputs];
  return sequential && entries[0] ? [entries[0].name] : [];
}

function rankRead(className: string): number | undefined {
  if (/^(LSTM|GRU|SimpleRNN|Bidirectional|MultiHeadAttention)$/.test(className)) return 3;
  const positions = /([123])D(Transpose)?$/.exec(className)?.[1];
  return positions === undefined || className.startsWith('ConvLSTM') ? undefined : Number(positions) + 2;
}

/** The weight of a class whose size on an axis is the number of channels it reads. */
const WEIGHTS: readonly (readonly [RegExp, string, axis: number, part?: Part])[] = [
  [/^Dense$/, 'kernel', 0],
  [/^Conv[123]DTranspose$/, 'kernel', -1],
  [/^(Atrous)?Conv(olution)?[123]D$/, 'kernel', -2],
  [/^(Separable|Depthwise)Conv[12]D$/, 'depthwise_kernel', -2],
  [/^BatchNormalization$/, 'moving_mean', 0],
  [/^LayerNormalization$/, 'gamma', 0],
  [/^(LSTM|GRU|SimpleRNN)$/, 'kernel', 0],
  [/^MultiHeadAttention$/, 'kernel', 0, { attribute: 'query_dense', name: 'query' }],
];

function channelsRead({ className, config }: Entry, path: readonly string[], store: WeightStore): number | undefined {
  const [, name, axis, part] = WEIGHTS.find(([classes]) => classes.test(className)) ?? [];
  if (name === undefined || axis === undefined) return undefined;
  const { groups = 1, data_format: format } = config;
  if (groups !== 1 || format === 'channels_first') return undefined;
  const parts = part === undefined ? [] : [part];
  return store.find({ path, parts, name, shape: [], index: 0, position: 0 })?.shape.at(axis);
}
