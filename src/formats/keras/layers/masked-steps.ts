// Steps that a mask leaves out of a sequence: the others move together, a recurrent operator runs over as many as there
// are, and what it makes moves back to where they were. A step left out repeats what was made before it.
import { type Activation, fromLast } from '../activation';
import type { LayerContext } from '../family';
import { statedMask } from './attention-mask';

export interface MaskedSteps {
  /** [batch, time, features] with the steps that count first. */
  readonly together: string;
  /** How many there are in each sample, as int32. */
  readonly lengths: string;
  /** A sequence over them as one over all steps; zeros before the first. */
  spread(sequence: string, backwards: boolean): string;
}

/** The mask a layer is called with, or that what it reads carries. */
export function maskOf(context: LayerContext, sequence: Activation): string | undefined {
  return statedMask(context, 'mask') ?? sequence.mask;
}

export function withoutMasked({ builder }: LayerContext, x: string, mask: string): MaskedSteps {
  const along = builder.addConstant({ type: 'int64', shape: [], data: BigInt64Array.of(1n) });
  const column = (value: string): string => builder.op('Unsqueeze', [value, builder.ints([2])]);
  const cast = (value: string, to: number): string => builder.op('Cast', [value], { to });
  // How many steps count up to each, and the number of each step.
  const counted = builder.op('CumSum', [mask, along]);
  const ones = builder.op('Add', [builder.op('Mul', [mask, builder.float(0)]), builder.float(1)]);
  const numbers = builder.op('Unsqueeze', [
    builder.op('Sub', [builder.op('CumSum', [ones, along]), builder.float(1)]),
    builder.ints([1]),
  ]);
  /** [batch, time, time]: one where a step's place among those that count is that of the column. */
  const places = (place: string): string => cast(builder.op('Equal', [column(place), numbers]), 1);
  const last = builder.op('Sub', [counted, builder.float(1)]);
  const forwards = places(last);
  const own = builder.op('Mul', [forwards, column(mask)]);
  return {
    together: builder.op('MatMul', [builder.op('Transpose', [own], { perm: [0, 2, 1] }), x]),
    lengths: cast(builder.op('ReduceSum', [mask, builder.ints([1])], { keepdims: 0 }), 6),
    spread(sequence, backwards) {
      // Backwards, a step left out repeats the next one that counts.
      const matrix = backwards ? places(builder.op('Sub', [counted, mask])) : forwards;
      return builder.op('MatMul', [matrix, sequence]);
    },
  };
}

/** The mean over the steps that count. */
export function maskedMean({ builder }: LayerContext, x: string, mask: string): Activation {
  const column = builder.op('Unsqueeze', [mask, builder.ints([2])]);
  const sum = builder.op('ReduceSum', [builder.op('Mul', [x, column]), builder.ints([1])], { keepdims: 0 });
  const count = builder.op('ReduceSum', [mask, builder.ints([1])], { keepdims: 1 });
  return fromLast(builder, builder.op('Div', [sum, count]));
}
