// SpectralNormalization: the layer it wraps, once training is over. vector_u [1, kernel's last axis] goes with its kernel.
import { type Activation, fromLast, lastOf } from '../activation';
import { isRecord } from '../config';
import type { LayerFamily } from '../family';
import { changedBuild } from '../stated-shapes';

const LAYER = { attribute: 'layer', name: '' };

/** Layers whose channels lie on the last axis of their kernel. */
const CLASSES = /^(Dense|Conv[123]D)$/;

export const spectralNormalization: LayerFamily = {
  classes: ['SpectralNormalization'],
  read(context): Activation {
    const { builder, config, inputs } = context;
    const { layer } = config.fields;
    const className = isRecord(layer) ? String(layer.class_name) : '';
    const own = isRecord(layer) && isRecord(layer.config) ? layer.config : {};
    if (!CLASSES.test(className) || own.data_format === 'channels_first') config.unknown(`${className} within it`);
    const [made] = context.wrapped(LAYER, layer, inputs);
    if (made === undefined) return config.fail('makes nothing');
    const channels = made.shape.at(-1);
    const vector = context.weight('vector_u', [1, Number(channels)], false);
    // Ties the vector to the channels, and adds nothing.
    const nothing = builder.op('Reshape', [builder.op('Mul', [vector, builder.float(0)]), builder.ints([-1])]);
    return fromLast(builder, builder.op('Add', [lastOf(builder, made), nothing]));
  },
  resize(config, widths) {
    const { layer } = config;
    if (!isRecord(layer) || !isRecord(layer.config)) return config;
    const build =
      layer.build_config === undefined
        ? {}
        : { build_config: changedBuild(layer.build_config, widths.before, widths.inputs) };
    const own = widths.wrapped(String(layer.class_name), layer.config, widths);
    return { ...config, layer: { ...layer, config: own, ...build } };
  },
};
