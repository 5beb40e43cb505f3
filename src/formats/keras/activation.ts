// A tensor between two Keras layers. Keras lays images out channels last, ONNX channels first: each layout is made when
// it is first asked for, so that a Transpose stands only where one layout really meets the other.
import type { Shape } from '../../model/graph';
import type { GraphBuilder } from '../../ops/builder';

export interface Activation {
  /** As Keras sees it, with the batch: [batch, height, width, channels]. */
  readonly shape: Shape;
  /** The value in each layout, once made. With two axes or three there is one layout alone, `last`. */
  last?: string;
  first?: string;
}

const TO_FIRST = [0, 3, 1, 2];
const TO_LAST = [0, 2, 3, 1];

export function lastOf(builder: GraphBuilder, activation: Activation): string {
  activation.last ??= builder.op('Transpose', [made(activation.first)], { perm: TO_LAST });
  return activation.last;
}

export function firstOf(builder: GraphBuilder, activation: Activation): string {
  activation.first ??= builder.op('Transpose', [made(activation.last)], { perm: TO_FIRST });
  return activation.first;
}

export function fromLast(builder: GraphBuilder, value: string): Activation {
  return { shape: builder.shape(value), last: value };
}

export function fromFirst(builder: GraphBuilder, value: string): Activation {
  const shape = builder.shape(value);
  return { shape: TO_LAST.map((axis) => shape[axis] ?? 1), first: value };
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
