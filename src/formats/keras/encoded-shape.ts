// The shape of what a layer makes that looks its input up or counts it (StringLookup, Hashing, Discretization): such
// layers are not computed here, but those behind them want to know.
import type { Shape } from '../../model/graph';
import type { Config } from './config';

/** How many values a layer tells apart, where its output has an element for each. */
const DEPTHS: ReadonlyMap<string, (config: Config) => number> = new Map(
  Object.entries({
    CategoryEncoding: ({ num_tokens: tokens }) => Number(tokens),
    IntegerLookup: vocabularySize,
    StringLookup: vocabularySize,
    Hashing: ({ num_bins: bins }) => Number(bins),
    HashedCrossing: ({ num_bins: bins }) => Number(bins),
    Discretization: ({ bin_boundaries: bins }) => (Array.isArray(bins) ? bins.length + 1 : Number.NaN),
  }),
);

function vocabularySize({
  vocabulary,
  max_tokens: most,
  num_oov_indices: others,
  pad_to_max_tokens: pads,
}: Config): number {
  if (pads === true && typeof most === 'number') return most;
  return Array.isArray(vocabulary) ? vocabulary.length + Number(others ?? 1) : Number.NaN;
}

/** TF.js writes multiHot. */
export function encodingMode({ output_mode: stated }: Config, fallback: string): string {
  return String(stated ?? fallback).replace('Hot', '_hot');
}

/** Undefined where it can't be told. @param read the shape of what it reads. */
export function encodedShape(className: string, config: Config, read: Shape | undefined): Shape | undefined {
  const depthOf = DEPTHS.get(className);
  if (depthOf === undefined || read === undefined || read.length === 0) return undefined;
  const mode = encodingMode(config, className === 'CategoryEncoding' ? 'multi_hot' : 'int');
  if (mode === 'int') return read;
  const depth = depthOf(config);
  if (!Number.isInteger(depth) || depth < 1) return undefined;
  if (read.length === 1) return [...read, depth];
  return mode === 'one_hot' && read.at(-1) !== 1 ? [...read, depth] : [...read.slice(0, -1), depth];
}
