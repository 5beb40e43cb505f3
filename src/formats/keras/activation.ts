// A tensor between two Keras layers. Keras lays images out channels last, ONNX channels first: each layout is made when
// it is first asked for, so that a Transpose stands only where one layout really meets the other.
import type { Shape } from '../../model/graph';
import type { GraphBuilder } from '../../ops/builder';

export interface Activation {
  /** As Keras sees it, with the batch: [batch, height, width, channels]. */
  readonly shape: Shape;
  /** The value in each layout, once made. With two axes there is one layout alone, `last`. */
  last?: string;
  first?: string;
  /** [batch, time] of ones and zeros: zero for the steps of a sequence that recurrent layers skip. */
  mask?: string;
}

/** [batch, channels, ...positions] from [batch, ...positions, channels]. */
export function toFirst(rank: number): number[] {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
}

/** [batch, ...positions, channels] from [batch, channels, ...positions]. */
export function toLast(rank: number): number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
}

export function lastOf(builder: GraphBuilder, activation: Activation): string {
  activation.last ??= builder.op('Transpose', [made(activation.first)], { perm: toLast(activation.shape.length) });
  return activation.last;
}

export function firstOf(builder: GraphBuilder, activation: Activation): string {
  if (activation.shape.length < 3) return lastOf(builder, activation);
  activation.first ??= builder.op('Transpose', [made(activation.last)], { perm: toFirst(activation.shape.length) });
  return activation.first;
}

export function fromLast(builder: GraphBuilder, value: string): Activation {
  return { shape: builder.shape(value), last: value };
}

export function fromFirst(builder: GraphBuilder, value: string): Activation {
  const shape = builder.shape(value);
  if (shape.length < 3) return fromLast(builder, value);
  return { shape: toLast(shape.length).map((axis) => shape[axis] ?? 1), first: value };
}

/** Applies what works element by element in whichever layout is there. */
export function eachElement(
  builder: GraphBuilder,
  activation: Activation,
  apply: (value: string) => string,
): Activation {
  return activation.first !== undefined
    ? fromFirst(builder, apply(activation.first))
    : fromLast(builder, apply(made(activation.last)));
}

/** The value to name a layer's output by, and whether it lies channels first. */
export function outputOf(activation: Activation): { output: string; channelsFirst: boolean } {
  return activation.first !== undefined
    ? { output: activation.first, channelsFirst: true }
    : { output: made(activation.last), channelsFirst: false };
}

function made(value: string | undefined): string {
  if (value === undefined) throw new Error('an activation has neither layout');
  return value;
}
