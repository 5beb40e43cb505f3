// TimeDistributed: a layer on every step of a sequence, [batch, time, …], as on a larger batch.
import { type Activation, fromLast, lastOf } from '../activation';
import { isRecord } from '../config';
import type { LayerContext, LayerFamily, LayerWidths } from '../family';
import { changedBuild } from '../stated-shapes';

const LAYER = { attribute: 'layer', name: '' };

export const timeDistributed: LayerFamily = {
  classes: ['TimeDistributed'],
  read(context): Activation[] {
    const { builder, config, input, wrapped } = context;
    const value = input();
    if (value.shape.length < 3) config.fail(`wants a sequence, its input is [${value.shape.join(', ')}]`);
    const x = lastOf(builder, value);
    const inner = value.shape
      .slice(2)
      .map((size) => (typeof size === 'number' ? size : config.unknown('an open size')));
    const flat = fromLast(builder, builder.op('Reshape', [x, builder.ints([-1, ...inner])]));
    return wrapped(LAYER, config.fields.layer, [flat]).map((made) => sequenceOf(context, x, made));
  },
  resize(config, widths) {
    const { layer } = config;
    if (!isRecord(layer) || !isRecord(layer.config)) return config;
    const inside = (shape: LayerWidths['output']): LayerWidths['output'] => [shape[0] ?? 1, ...shape.slice(2)];
    const own: LayerWidths = {
      ...widths,
      inputs: widths.inputs.map(inside),
      outputs: widths.outputs.map(inside),
      output: inside(widths.output),
    };
    const build =
      layer.build_config === undefined
        ? {}
        : { build_config: changedBuild(layer.build_config, widths.before.map(inside), own.inputs) };
    return {
      ...config,
      layer: { ...layer, config: widths.wrapped(String(layer.class_name), layer.config, own), ...build },
    };
  },
};

/** [batch × time, …] to [batch, time, …], with the batch and the length of what was read. */
function sequenceOf({ builder }: LayerContext, source: string, made: Activation): Activation {
  const value = lastOf(builder, made);
  const sizes = (of: string, start: number, end: number): string =>
    builder.op('Slice', [builder.op('Shape', [of]), builder.ints([start]), builder.ints([end]), builder.ints([0])]);
  const target = builder.op('Concat', [sizes(source, 0, 2), sizes(value, 1, made.shape.length)], { axis: 0 });
  return fromLast(builder, builder.op('Reshape', [value, target]));
}
