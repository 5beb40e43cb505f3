// The columns of a relevance chart: one a channel or maxout unit, or one for several where there are too many to draw.
import type { LayerFate } from './channel-fate';

/** A part of a column, from the bottom up. */
export interface Segment {
  /** From 0 to 1 of the chart's height. */
  readonly height: number;
  readonly cut: boolean;
}

export type Column = readonly Segment[];

export interface RelevanceColumns {
  readonly columns: readonly Column[];
  /** Channels or units behind each column, at most. */
  readonly each: number;
  /** Score at the top of the chart; 1, a share, for maxout units. */
  readonly top: number;
}

/** More would be thinner than a pixel in a small chart. */
export const MOST_COLUMNS = 256;

/** Maxout units: the shares of wins of each unit's neurons, the largest first. The most decided unit first. */
export function unitColumns({ relevance, cut }: LayerFate, neurons: number): RelevanceColumns {
  const scores = finite(relevance.scores);
  const units = Array.from({ length: Math.ceil(scores.length / neurons) }, (_, unit) => {
    const own = scores.slice(unit * neurons, (unit + 1) * neurons);
    const wins = own.reduce((sum, score) => sum + score, 0);
    return own
      .map((score, j): Segment => ({ height: wins > 0 ? score / wins : 0, cut: cut.has(unit * neurons + j) }))
      .sort((a, b) => b.height - a.height);
  });
  units.sort((a, b) => (b[0]?.height ?? 0) - (a[0]?.height ?? 0));
  return { ...binned(units), top: 1 };
}

/** Any other measure: the channels' scores, the largest first. */
export function scoreColumns({ relevance, cut }: LayerFate): RelevanceColumns {
  const scores = finite(relevance.scores);
  const base = scores.reduce((a, b) => Math.min(a, b), 0);
  const top = scores.reduce((a, b) => Math.max(a, b), 0);
  const height = (score: number): number => (top > base ? (score - base) / (top - base) : 0);
  const channels = scores.map((score, i): Column => [{ height: height(score), cut: cut.has(i) }]);
  channels.sort((a, b) => (b[0]?.height ?? 0) - (a[0]?.height ?? 0));
  return { ...binned(channels), top };
}

/** A record read from a file may hold null where a score was no number. */
function finite(scores: readonly number[]): number[] {
  return scores.map((score) => (Number.isFinite(score) ? score : 0));
}

/** Neighbours become one column of their mean: what was kept at the bottom of each rank, what was cut above it. */
function binned(columns: readonly Column[]): Pick<RelevanceColumns, 'columns' | 'each'> {
  const each = Math.ceil(columns.length / MOST_COLUMNS);
  if (each <= 1) return { columns, each: 1 };
  const bins = Array.from({ length: Math.ceil(columns.length / each) }, (_, bin) =>
    columns.slice(bin * each, (bin + 1) * each),
  );
  return { columns: bins.map(mean), each };
}

function mean(columns: readonly Column[]): Column {
  const ranks = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: ranks }, (_, rank) =>
    [false, true].map((cut): Segment => {
      const heights = columns
        .map((column) => column[rank])
        .map((segment) => (segment?.cut === cut ? segment.height : 0));
      return { height: heights.reduce((sum, height) => sum + height, 0) / columns.length, cut };
    }),
  )
    .flat()
    .filter(({ height }) => height > 0);
}
