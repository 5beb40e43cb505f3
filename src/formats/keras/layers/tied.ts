// Widths that a config has one place for must stay alike: their channels are cut together.
import type { GraphBuilder } from '../../../ops/builder';
import { type Activation, fromLast, lastOf } from '../activation';

/** The same value, whose channels go with those of another of its shape. */
export function tiedTo(builder: GraphBuilder, value: Activation, other: Activation): Activation {
  const nothing = builder.op('Mul', [lastOf(builder, other), builder.float(0)]);
  const tied = fromLast(builder, builder.op('Add', [lastOf(builder, value), nothing]));
  return value.mask === undefined ? tied : { ...tied, mask: value.mask };
}
