// BatchNormalization over one axis: gamma and beta (either may be absent), moving mean and variance.
import { fixed } from '../../../model/graph';
import { float32Weight } from '../../../model/weight';
import { type Activation, firstOf, fromFirst, fromLast, lastOf } from '../activation';
import type { LayerConfig } from '../config';
import type { LayerContext, LayerFamily } from '../family';

export const batchNormalization: LayerFamily = {
  classes: ['BatchNormalization', 'BatchNormalizationV1', 'BatchNormalizationV2', 'SyncBatchNormalization'],
  read(context): Activation {
    const { config, builder, inputs } = context;
    const [value] = inputs;
    if (value === undefined) return config.fail('reads nothing');
    if (config.fields.mode !== undefined && config.fields.mode !== 0)
      config.unknown(`mode ${String(config.fields.mode)}`);
    const rank = value.shape.length;
    const axis = axisOf(config, rank);
    const channels = fixed(value.shape, axis, `the input of "${config.name}"`);
    const parameters = [
      given(context, 'scale', 'gamma', channels, 1),
      given(context, 'center', 'beta', channels, 0),
      context.weight('moving_mean', [channels], false),
      context.weight('moving_variance', [channels], false),
    ];
    const attributes = { epsilon: config.number('epsilon', 1e-3), momentum: config.number('momentum', 0.99) };
    const normalize = (x: string): string => builder.op('BatchNormalization', [x, ...parameters], attributes);
    if (rank > 2 && axis === rank - 1) return fromFirst(builder, normalize(firstOf(builder, value)));
    const own = lastOf(builder, value);
    if (axis === 1) return fromLast(builder, normalize(own));
    // The axis changes places with the first behind the batch, and back.
    const perm = value.shape.map((_, i) => (i === 1 ? axis : i === axis ? 1 : i));
    const turned = normalize(builder.op('Transpose', [own], { perm }));
    return fromLast(builder, builder.op('Transpose', [turned], { perm }));
  },
};

/** An axis, or a list of one, from the start. */
function axisOf(config: LayerConfig, rank: number): number {
  const stated = config.fields.axis;
  if (Array.isArray(stated) && stated.length !== 1) config.unknown(`axes ${JSON.stringify(stated)}`);
  const axis = Array.isArray(stated) ? Number(stated[0]) : config.number('axis', -1);
  const own = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(own) || own < 1 || own >= rank) config.fail(`axis ${axis} is not an axis of ${rank}`);
  return own;
}

/** The layer's own weight, or a constant one that no file holds and no training changes. */
export function given(
  { config, builder, weight }: LayerContext,
  flag: string,
  name: string,
  size: number,
  value: number,
): string {
  if (config.flag(flag, true)) return weight(name, [size]);
  return constantWeight(builder, `${config.name}/${name}`, size, value);
}

/** A weight that no file holds: unlike a constant it may be cut. */
export function constantWeight(builder: LayerContext['builder'], name: string, size: number, value: number): string {
  const values = new Float32Array(size).fill(value);
  return builder.addWeight(float32Weight(`${name} (constant)`, [size], values, false));
}
