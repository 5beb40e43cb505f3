// Add and Concatenate: several inputs of the same layout into one.
import { firstOf, fromFirst, fromLast, lastOf } from '../activation';
import type { LayerContext, LayerFamily } from '../family';

/** Keras axis of a channels-last image to the same axis channels first. */
const FIRST_AXIS = [0, 2, 3, 1];

function values({ builder, inputs, config }: LayerContext): { first: boolean; values: string[] } {
  if (inputs.length < 2) config.fail('needs at least two inputs');
  const first = inputs.some((value) => value.first !== undefined);
  return { first, values: inputs.map((value) => (first ? firstOf(builder, value) : lastOf(builder, value))) };
}

export const add: LayerFamily = {
  classes: ['Add'],
  read(context) {
    const { first, values: operands } = values(context);
    const sum = operands.reduce((left, right) => context.builder.op('Add', [left, right]));
    return first ? fromFirst(context.builder, sum) : fromLast(context.builder, sum);
  },
};

export const concatenate: LayerFamily = {
  classes: ['Concatenate'],
  read(context) {
    const { builder, config } = context;
    const { first, values: parts } = values(context);
    const rank = context.inputs[0]?.shape.length ?? 0;
    const axis = config.number('axis', -1);
    const last = axis < 0 ? axis + rank : axis;
    if (last < 1 || last >= rank)
      config.fail(`axis ${axis} is not an axis of [${context.inputs[0]?.shape.join(', ')}]`);
    const joined = builder.op('Concat', parts, { axis: first ? (FIRST_AXIS[last] ?? last) : last });
    return first ? fromFirst(builder, joined) : fromLast(builder, joined);
  },
};
