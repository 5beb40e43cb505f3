// Several inputs into one, element by element: Add, Subtract, Multiply, Average, Maximum, Minimum; and Concatenate.
import type { GraphBuilder } from '../../../ops/builder';
import { eachElement, firstOf, fromFirst, fromLast, lastOf } from '../activation';
import type { LayerContext, LayerFamily } from '../family';

export interface Operands {
  /** Whether they lie channels first. */
  readonly first: boolean;
  readonly values: string[];
}

/** The inputs in one layout. Keras puts the axes that one lacks behind its batch. */
export function operandsOf({ builder, inputs, config }: LayerContext): Operands {
  if (inputs.length < 2) config.fail('needs at least two inputs');
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  const alike = inputs.every(({ shape }) => shape.length === rank);
  if (alike && inputs.some((value) => value.first !== undefined)) {
    return { first: true, values: inputs.map((value) => firstOf(builder, value)) };
  }
  const values = inputs.map((value) => {
    const own = lastOf(builder, value);
    const missing = Array.from({ length: rank - value.shape.length }, (_, i) => i + 1);
    return missing.length === 0 ? own : builder.op('Unsqueeze', [own, builder.ints(missing)]);
  });
  return { first: false, values };
}

type Merge = (builder: GraphBuilder, values: readonly string[]) => string;

const oneByOne =
  (type: string): Merge =>
  (builder, values) =>
    values.reduce((left, right) => builder.op(type, [left, right]));

const MERGES: ReadonlyMap<string, Merge> = new Map<string, Merge>([
  ['Add', oneByOne('Add')],
  ['Subtract', oneByOne('Sub')],
  ['Multiply', oneByOne('Mul')],
  ['Maximum', (builder, values) => builder.op('Max', values)],
  ['Minimum', (builder, values) => builder.op('Min', values)],
  ['Average', average],
]);

function average(builder: GraphBuilder, values: readonly string[]): string {
  return builder.op('Mul', [oneByOne('Add')(builder, values), builder.float(1 / values.length)]);
}

export const merge: LayerFamily = {
  classes: [...MERGES.keys()],
  read(context) {
    const { builder, config, inputs } = context;
    const [only, ...others] = inputs;
    // Keras 3 takes a list of one.
    if (only !== undefined && others.length === 0 && config.className !== 'Subtract') {
      return eachElement(builder, only, (x) => builder.op('Identity', [x]));
    }
    const { first, values } = operandsOf(context);
    const merged = (MERGES.get(config.className) as Merge)(builder, values);
    return first ? fromFirst(builder, merged) : fromLast(builder, merged);
  },
};

/** Of keras.applications' InceptionResNetV2: the first input and a share of the second. */
export const customScale: LayerFamily = {
  // Keras 2 has it among the classes of one's own.
  classes: ['CustomScaleLayer', 'Custom>CustomScaleLayer'],
  read(context) {
    const { builder, config } = context;
    const { first, values } = operandsOf(context);
    const [whole, branch] = values;
    if (whole === undefined || branch === undefined || values.length > 2) return config.fail('takes two inputs');
    const scaled = builder.op('Mul', [branch, builder.float(config.number('scale', 1))]);
    const sum = builder.op('Add', [whole, scaled]);
    return first ? fromFirst(builder, sum) : fromLast(builder, sum);
  },
};

export const concatenate: LayerFamily = {
  classes: ['Concatenate'],
  read: (context) => joined(context, context.config.number('axis', -1)),
};

/** @param axis as Keras counts it. */
export function joined(context: LayerContext, axis: number) {
  const { builder, config, inputs } = context;
  const rank = inputs[0]?.shape.length ?? 0;
  const last = axis < 0 ? axis + rank : axis;
  if (last === 0) config.unknown('samples that are put one behind the other');
  if (last < 1 || last >= rank) config.fail(`axis ${axis} is not an axis of [${inputs[0]?.shape.join(', ')}]`);
  if (inputs.length === 1) return inputs[0] as (typeof inputs)[number];
  const { first, values } = operandsOf(context);
  const place = first ? (last === rank - 1 ? 1 : last + 1) : last;
  const result = builder.op('Concat', values, { axis: place });
  return first ? fromFirst(builder, result) : fromLast(builder, result);
}

/** Merge, as Keras 1 had it: a mode for each of the layers above. */
export const formerMerge: LayerFamily = {
  classes: ['Merge'],
  read(context) {
    const { builder, config } = context;
    const mode = config.text('mode', 'sum');
    if (mode === 'concat') return joined(context, config.number('concat_axis', -1));
    const type = FORMER_MODES.get(mode);
    if (type === undefined) return config.unknown(`mode "${mode}"`);
    const { first, values } = operandsOf(context);
    const merged = (MERGES.get(type) as Merge)(builder, values);
    return first ? fromFirst(builder, merged) : fromLast(builder, merged);
  },
};

const FORMER_MODES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sum: 'Add',
    mul: 'Multiply',
    ave: 'Average',
    max: 'Maximum',
    min: 'Minimum',
  }),
);
