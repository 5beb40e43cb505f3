// Which layers hand on the mask of what they read, and what those that read several values make of their masks.
import type { GraphBuilder } from '../../ops/builder';
import { type Activation, lastOf } from './activation';
import type { LayerConfig } from './config';
import type { Dialect } from './dialect';

/** Layers that hand on the mask of the first value they read. */
const PASSES =
  /^(Dense|Activation|ReLU|LeakyReLU|ELU|PReLU|ThresholdedReLU|Softmax|Identity|TimeDistributed|.*Dropout(1D)?|.*Noise|.*Normalization(V1|V2)?)$/;
const KERAS_3_PASSES = /^Rescaling$/;
const KERAS_2_PASSES = /^(Attention|AdditiveAttention)$/;

const MERGES = /^(Add|Subtract|Multiply|Average|Maximum|Minimum)$/;

/** The mask of what a layer makes; undefined where it has none. */
export function maskBehind(
  builder: GraphBuilder,
  config: LayerConfig,
  inputs: readonly Activation[],
  dialect: Dialect,
): string | undefined {
  const { className } = config;
  const masks = inputs.map(({ mask }) => mask);
  const present = masks.filter((mask) => mask !== undefined);
  if (present.length === 0) return undefined;
  if (MERGES.test(className)) {
    if (dialect !== 'keras3') return every(builder, present);
    return present.length === inputs.length ? some(builder, present) : undefined;
  }
  if (className === 'Concatenate') return joinedMask(builder, config, inputs, dialect);
  const passes = PASSES.test(className) || (dialect === 'keras3' ? KERAS_3_PASSES : KERAS_2_PASSES).test(className);
  return passes ? masks[0] : undefined;
}

/** Steps that none of the masks leaves out. */
function every(builder: GraphBuilder, masks: readonly string[]): string {
  return [...new Set(masks)].reduce((a, b) => builder.op('Mul', [a, b]));
}

/** Steps that not all of the masks leave out. */
function some(builder: GraphBuilder, masks: readonly string[]): string {
  const [first = '', ...others] = new Set(masks);
  return others.length === 0 ? first : builder.op('Max', [first, ...others]);
}

function joinedMask(
  builder: GraphBuilder,
  config: LayerConfig,
  inputs: readonly Activation[],
  dialect: Dialect,
): string | undefined {
  const axis = config.number('axis', -1);
  const rank = inputs[0]?.shape.length ?? 0;
  const masks = inputs.map((input) => input.mask);
  const present = masks.filter((mask) => mask !== undefined);
  if (axis === -1 || axis === rank - 1) {
    if (dialect !== 'keras3') return every(builder, present);
    return present.length === inputs.length ? some(builder, present) : undefined;
  }
  if (axis !== 1 && axis !== 1 - rank) return config.unknown('masks of what is joined along this axis');
  // One after the other in time; what has no mask counts whole.
  const own = inputs.map((input) => input.mask ?? ones(builder, input));
  return builder.op('Concat', own, { axis: 1 });
}

/** [batch, time]. */
function ones(builder: GraphBuilder, input: Activation): string {
  const sizes = builder.op('Shape', [lastOf(builder, input)]);
  const first = builder.op('Slice', [sizes, builder.ints([0]), builder.ints([2]), builder.ints([0])]);
  return builder.op('Expand', [builder.float(1), first]);
}
