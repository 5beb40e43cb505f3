// Folds what repeats: a deep network is a few blocks, each many times over. A block is a run of the layers' order, so
// that a drawing of blocks has no circle where the network has none.
import type { AlignedLayer } from './aligned';

export interface Block {
  /** Stays the same while others are unfolded: the name of its first layer. */
  readonly id: string;
  readonly layers: readonly AlignedLayer[];
  /** How many times the same layers stand in it one after the other. */
  readonly repeats: number;
  /** The block it came out of, which can be folded again. */
  readonly within?: Block;
}

/** Up to here every layer is drawn from the start. */
const SMALL = 48;

/** Layers that a repeated block must cover to be worth folding. */
const MIN_FOLDED = 6;

/** The longest sequence looked for, counted in steps between which one tensor flows. */
const MAX_PERIOD = 24;

/** More cards than a person reads, or a layout takes seconds for: neighbours are then folded although they differ. */
const MAX_CARDS = 1500;

/**
 * @param unfolded ids of blocks that are drawn layer by layer.
 * @returns the blocks in order; one with a single layer is that layer.
 */
export function foldRepeats(layers: readonly AlignedLayer[], unfolded: ReadonlySet<string>): Block[] {
  const blocks = layers.length <= SMALL ? layers.map(single) : repeatedBlocks(layers);
  const few = blocks.length <= MAX_CARDS ? blocks : sections(blocks);
  return few.flatMap((block) =>
    block.layers.length > 1 && unfolded.has(block.id)
      ? block.layers.map((layer) => ({ ...single(layer), within: block }))
      : [block],
  );
}

function single(layer: AlignedLayer): Block {
  return { id: layer.name, layers: [layer], repeats: 1 };
}

function repeatedBlocks(layers: readonly AlignedLayer[]): Block[] {
  const steps = stepsOf(layers);
  const repeats = repeatsOf(steps);
  const blocks: Block[] = [];
  for (let start = 0; start < steps.length; ) {
    const { period, times } = repeats.get(start) ?? { period: 1, times: 1 };
    const own = steps.slice(start, start + period * times).flat();
    if (times > 1) blocks.push({ id: own[0]?.name ?? '', layers: own, repeats: times });
    else blocks.push(...own.map(single));
    start += period * times;
  }
  return blocks;
}

/** Cuts the layers wherever a single tensor flows from what is before to what is behind. */
function stepsOf(layers: readonly AlignedLayer[]): AlignedLayer[][] {
  const positions = new Map(layers.map(({ name }, i) => [name, i]));
  const lastRead = layers.map(() => -1);
  for (const [i, { from }] of layers.entries()) {
    for (const name of from) {
      const source = positions.get(name);
      if (source !== undefined) lastRead[source] = Math.max(lastRead[source] ?? -1, i);
    }
  }
  const ending = new Map<number, number>();
  const steps: AlignedLayer[][] = [];
  let step: AlignedLayer[] = [];
  let flowing = 0;
  for (const [i, layer] of layers.entries()) {
    step.push(layer);
    flowing -= ending.get(i) ?? 0;
    const last = lastRead[i] ?? -1;
    if (last > i) {
      flowing++;
      ending.set(last, (ending.get(last) ?? 0) + 1);
    }
    if (flowing <= 1) {
      steps.push(step);
      step = [];
    }
  }
  return step.length > 0 ? [...steps, step] : steps;
}

/** Equal numbers for steps of the same layer types, wired alike. */
function signaturesOf(steps: readonly (readonly AlignedLayer[])[]): number[] {
  const numbers = new Map<string, number>();
  return steps.map((step) => {
    const places = new Map(step.map(({ name }, i) => [name, i]));
    const text = step.map(({ type, from }) => `${type}(${from.map((name) => places.get(name) ?? 'x').join()})`).join();
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
}

interface Repeat {
  /** Steps. */
  readonly period: number;
  readonly times: number;
}

/** Sequences of steps that repeat, by where they start; the shorter come first, as a person would name them. */
function repeatsOf(steps: readonly (readonly AlignedLayer[])[]): Map<number, Repeat> {
  const signatures = signaturesOf(steps);
  const found = new Map<number, Repeat>();
  const taken = new Uint8Array(steps.length);
  for (let period = 1; period <= MAX_PERIOD; period++) {
    for (let start = 0; start + 2 * period <= steps.length; start++) {
      let end = start;
      while (
        end < steps.length &&
        !taken[end] &&
        (end < start + period || signatures[end] === signatures[end - period])
      )
        end++;
      const times = Math.floor((end - start) / period);
      if (times < 2) continue;
      const covered = steps.slice(start, start + period * times).reduce((sum, step) => sum + step.length, 0);
      if (covered < MIN_FOLDED) continue;
      found.set(start, { period, times });
      taken.fill(1, start, start + period * times);
      start += period * times - 1;
    }
  }
  return found;
}

/** Neighbouring blocks joined, so that few enough are left. */
function sections(blocks: readonly Block[]): Block[] {
  const size = Math.ceil(blocks.length / MAX_CARDS);
  const starts = Array.from({ length: Math.ceil(blocks.length / size) }, (_, i) => i * size);
  return starts.map((start) => {
    const layers = blocks.slice(start, start + size).flatMap((block) => block.layers);
    return { id: layers[0]?.name ?? '', layers, repeats: 1 };
  });
}
