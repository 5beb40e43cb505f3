// Bidirectional: a recurrent layer forwards and one backwards over the same sequence, and what they make as one.
import { type Activation, fromLast, lastOf } from '../activation';
import { type Config, isRecord, LayerConfig, show } from '../config';
import type { LayerContext, LayerFamily, LayerWidths } from '../family';
import { withPresentNames } from '../former-names';
import { changedBuild } from '../stated-shapes';
import { readRecurrent, recurrent } from './recurrent';
import { tiedTo } from './tied';

const FORWARD = { attribute: 'forward_layer', name: 'forward' };
const BACKWARD = { attribute: 'backward_layer', name: 'backward' };

export const bidirectional: LayerFamily = {
  classes: ['Bidirectional'],
  read(context): Activation[] {
    const { config, inputs, argument } = context;
    const forward = innerConfig(config, config.fields.layer);
    const backwards = config.fields.backward_layer;
    const backward = innerConfig(config, backwards ?? config.fields.layer, true);
    const named = argument('initial_state');
    const [sequence, ...positional] = inputs;
    const states = named.length > 0 ? named : positional;
    const half = states.length / 2;
    const read = (part: LayerContext, own: readonly Activation[]): Activation[] =>
      readRecurrent(
        {
          ...part,
          inputs: sequence ? [sequence, ...own] : [],
          argument: (name) => (name === 'mask' ? argument(name) : []),
        },
        true,
      );
    const [ahead, ...aheadStates] = read(context.part(FORWARD, forward), states.slice(0, half));
    const [behind, ...behindStates] = read(context.part(BACKWARD, backward), states.slice(half));
    const { mask } = ahead as Activation;
    const results = merged(context, alike(context, ahead as Activation, behind as Activation), behind as Activation);
    return [...results.map((value) => (mask ? { ...value, mask } : value)), ...aheadStates, ...behindStates];
  },
  resize(config, widths) {
    const inner = (json: unknown, part: string): unknown => {
      if (!isRecord(json) || !isRecord(json.config)) return json;
      const own: LayerWidths = { ...widths, weight: (name) => widths.weight(`${part}/${name}`) };
      const build =
        json.build_config === undefined
          ? {}
          : { build_config: changedBuild(json.build_config, widths.before, widths.inputs) };
      return { ...json, config: recurrent.resize?.(json.config as Config, own) ?? json.config, ...build };
    };
    return {
      ...config,
      layer: inner(config.layer, 'forward'),
      ...(config.backward_layer != null && { backward_layer: inner(config.backward_layer, 'backward') }),
    };
  },
};

function innerConfig(outer: LayerConfig, json: unknown, backwards = false): LayerConfig {
  if (!isRecord(json) || typeof json.class_name !== 'string' || !isRecord(json.config)) {
    return outer.fail(`wraps ${show(json)}, which is no layer`);
  }
  if (!recurrent.classes.includes(json.class_name)) return outer.unknown(`a layer of class ${json.class_name} in it`);
  const fields = withPresentNames(json.class_name, json.config);
  return new LayerConfig(outer.name, json.class_name, { ...fields, ...(backwards && { go_backwards: true }) });
}

/** Keras takes both directions to make as much: it doubles what one makes, and most files state one layer alone. */
function alike({ builder }: LayerContext, ahead: Activation, behind: Activation): Activation {
  return ahead.shape.at(-1) === behind.shape.at(-1) ? tiedTo(builder, ahead, behind) : ahead;
}

function merged({ builder, config }: LayerContext, a: Activation, b: Activation): Activation[] {
  const [x, y] = [lastOf(builder, a), lastOf(builder, b)];
  const mode = config.fields.merge_mode;
  const one = (value: string): Activation[] => [fromLast(builder, value)];
  if (mode === null) return [a, b];
  if (mode === undefined || mode === 'concat') return one(builder.op('Concat', [x, y], { axis: -1 }));
  if (mode === 'sum') return one(builder.op('Add', [x, y]));
  if (mode === 'mul') return one(builder.op('Mul', [x, y]));
  if (mode === 'ave') return one(builder.op('Mul', [builder.op('Add', [x, y]), builder.float(0.5)]));
  return config.unknown(`merge_mode ${show(mode)}`);
}
