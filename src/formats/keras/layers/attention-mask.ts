// What attention must not see: padded steps, positions to come, or what a mask of its own says. A mask here is a value of
// ones and zeros, [batch, …, time of the query, time of the values] or stretched to that.

import { float32 } from '../../../model/tensor';
import { lastOf } from '../activation';
import type { LayerContext } from '../family';
import { fromTruth, truth } from './operations/settings';

/** Scores of what is masked, before the softmax. */
const NEVER = -1e9;

/** A mask given as an argument, as ones and zeros. */
export function statedMask(context: LayerContext, name: string): string | undefined {
  const [stated] = context.argument(name);
  return stated && fromTruth(context, truth(context, lastOf(context.builder, stated)));
}

/** Of the steps of a query or of values, [batch, time], as part of a mask over `rank` axes. */
export function alongQuery({ builder }: LayerContext, mask: string, rank: number): string {
  return builder.op('Unsqueeze', [mask, builder.ints([...between(rank), rank - 1])]);
}

export function alongValues({ builder }: LayerContext, mask: string, rank: number): string {
  return builder.op('Unsqueeze', [mask, builder.ints([...between(rank), rank - 2])]);
}

/** The axes of heads. */
const between = (rank: number): number[] => Array.from({ length: rank - 3 }, (_, i) => i + 1);

/** A position sees those up to itself. */
export function causalMask({ builder }: LayerContext, scores: string): string {
  const [rows, columns] = builder.shape(scores).slice(-2);
  if (typeof rows === 'number' && typeof columns === 'number' && rows * columns <= MAX_CAUSAL) {
    const mask = Float32Array.from({ length: rows * columns }, (_, i) =>
      i % columns > Math.floor(i / columns) ? 0 : 1,
    );
    return builder.addConstant(float32([rows, columns], mask));
  }
  const ones = builder.op('Add', [builder.op('Mul', [scores, builder.float(0)]), builder.float(1)]);
  return builder.op('Trilu', [ones], { upper: 0 });
}

const MAX_CAUSAL = 2 ** 24;

/** Everything that is masked at once; undefined where nothing is. */
export function together({ builder }: LayerContext, masks: readonly (string | undefined)[]): string | undefined {
  const all = masks.filter((mask) => mask !== undefined);
  return all.length === 0 ? undefined : all.reduce((a, b) => builder.op('Mul', [a, b]));
}

/** Where all of a row is masked it sees everything alike, as in Keras. */
export function maskedScores(context: LayerContext, scores: string, mask: string | undefined): string {
  const { builder } = context;
  return mask === undefined ? scores : builder.op('Where', [truth(context, mask), scores, builder.float(NEVER)]);
}
