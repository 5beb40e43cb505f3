// What a plan chooses from: the channels that may go, family by family, in portions from the least relevant on.
import type { Model } from '../model/model';
import { type Channels, channelsToCut } from './channels';
import { type Family, familiesOf } from './families';
import { isomorphismClass } from './isomorphic';
import { type LayerChannels, layerChannels, layersNamed } from './layer-channels';
import { channelScores, type Ranking } from './relevance/reduction';
import type { LayerRelevance } from './relevance/score';

/** What holds for every plan, whatever chooses the channels. */
export interface PlanLimits {
  /** Only these layers, and what is coupled with them; default all that can be cut. */
  readonly layers?: readonly string[];
  /** These layers keep all their channels. */
  readonly protect?: readonly string[];
  /** Channels a layer keeps at least. */
  readonly minimumWidth?: number;
  /** Also channels that something is normalised over: the result is then not quite that of silencing them. */
  readonly approximate?: boolean;
  /** The width a layer is left with is a multiple of it (8 suits SIMD), unless it stays as it is. */
  readonly multiple?: number;
}

export interface Candidates {
  readonly channels: Channels;
  readonly layers: readonly LayerChannels[];
  readonly families: readonly Family[];
  /** Those that may be thinned. */
  readonly choices: readonly Choice[];
}

/** A family that may be thinned. */
export interface Choice {
  /** Its index among the families. */
  readonly family: number;
  /** The layers that make its channels, and how many neurons a channel is there. */
  readonly neurons: ReadonlyMap<string, number>;
  /** Number of its channels. */
  readonly size: number;
  /** Taken one after the other; what is left after the last must stay. None where its layers are narrow already. */
  readonly portions: readonly Portion[];
  /** Alike for families of the same structure. Few plans ask. */
  isomorphism(): string;
}

/** Channels of all candidates. */
export function channelCount({ choices }: Candidates): number {
  return choices.reduce((sum, { size }) => sum + size, 0);
}

/** Channels of one family that go together: one, or as many as a multiple asks for. */
export interface Portion {
  /** The index of the family, and the portion's place among its own. */
  readonly family: number;
  readonly index: number;
  readonly channels: readonly number[];
  /** Mean of theirs: not below that of the portion before. */
  readonly score: number;
}

/** @param relevance families of which no layer was measured are no candidates; undefined: all channels count alike. */
export function candidatesOf(
  model: Model,
  relevance: readonly LayerRelevance[] | undefined,
  ranking: Ranking,
  limits: PlanLimits = {},
  channels = channelsToCut(model.graph, limits.approximate),
): Candidates {
  const layers = layerChannels(model, channels);
  const families = familiesOf(channels);
  const scores = channelScores(layers, relevance ?? [], channels.bound, ranking);
  const measured = relevance && new Set(relevance.map(({ layer }) => layer));
  const wanted = limits.layers && new Set(namesOf(layers, limits.layers));
  const kept = new Set(namesOf(layers, limits.protect ?? []));
  const structure = isomorphismClass(model.graph);
  const makers = makersBy(layers);
  const choices = families.flatMap((family, index): Choice[] => {
    const neurons = makers(family);
    const names = [...neurons.keys()];
    if (names.length === 0 || names.some((name) => kept.has(name))) return [];
    if (wanted && !names.some((name) => wanted.has(name))) return [];
    if (measured && !names.some((name) => measured.has(name))) return [];
    const portions = portionsOf(index, family.channels, [...neurons.values()], scores, limits);
    const isomorphism = (): string => structure(family);
    return [{ family: index, neurons, size: family.channels.length, portions, isomorphism }];
  });
  return { channels, layers, families, choices };
}

function namesOf(layers: readonly LayerChannels[], wanted: readonly string[]): string[] {
  return wanted.flatMap((name) => layersNamed(layers, name)).map(({ name }) => name);
}

/** The layers that make a family's channels, and how many neurons a channel is there. */
function makersBy(layers: readonly LayerChannels[]): (family: Family) => Map<string, number> {
  const names = new Map<string, string[]>();
  for (const { name, output } of layers) {
    const key = `${output.axis} ${output.value}`;
    names.set(key, [...(names.get(key) ?? []), name]);
  }
  return ({ places }) =>
    new Map(
      places.flatMap(({ value, axis, count }) =>
        (names.get(`${axis} ${value}`) ?? []).map((name) => [name, count] as const),
      ),
    );
}

/** From the least relevant channel on; of several equal ones the first goes first. */
function portionsOf(
  family: number,
  channels: readonly number[],
  neurons: readonly number[],
  scoreOf: (channel: number) => number,
  { minimumWidth = 1, multiple = 1 }: PlanLimits,
): Portion[] {
  const scores = new Float64Array(channels.length);
  const order = new Uint32Array(channels.length);
  for (let i = 0; i < channels.length; i++) {
    scores[i] = scoreOf(channels[i] as number);
    order[i] = i;
  }
  order.sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
  // Where a channel is several neurons, fewer channels make the multiple.
  const each = multiple / neurons.reduce(greatestCommonDivisor, multiple);
  const least = roundedUp(Math.max(1, Math.ceil(minimumWidth / Math.min(...neurons))), each);
  const portions: Portion[] = [];
  for (let from = 0; ; ) {
    const count = (order.length - from) % each || each;
    if (order.length - from - count < least) return portions;
    const together: number[] = [];
    let sum = 0;
    for (let i = from; i < from + count; i++) {
      const place = order[i] as number;
      together.push(channels[place] as number);
      sum += scores[place] as number;
    }
    portions.push({ family, index: portions.length, channels: together, score: sum / count });
    from += count;
  }
}

function roundedUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
