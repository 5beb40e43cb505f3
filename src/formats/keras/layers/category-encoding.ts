// Numbers as categories: CategoryEncoding (they are the categories), IntegerLookup (by a vocabulary), Discretization (by
// the ranges they lie in). What is made are the categories' numbers, or an element for each category.
import { type Activation, fromLast, lastOf } from '../activation';
import { encodedShape, encodingMode } from '../encoded-shape';
import type { LayerContext, LayerFamily } from '../family';

export const categoryEncoding: LayerFamily = {
  classes: ['CategoryEncoding'],
  read(context): Activation {
    const { builder, config, inputs } = context;
    if (inputs.length > 1) return config.unknown('weights of what is counted');
    const numbers = lastOf(builder, context.input());
    return reduced(context, hotOf(context, numbers, config.size('num_tokens')), 'multi_hot');
  },
};

export const discretization: LayerFamily = {
  classes: ['Discretization'],
  read(context): Activation {
    const { builder, config } = context;
    const bounds = numbersOf(context, 'bin_boundaries');
    const column = builder.op('Unsqueeze', [lastOf(builder, context.input()), builder.ints([-1])]);
    const above = cast(context, builder.op('GreaterOrEqual', [column, builder.floats(bounds)]), FLOAT);
    const bins = builder.op('ReduceSum', [above, builder.ints([-1])], { keepdims: 0 });
    if (encodingMode(config.fields, 'int') === 'int') return fromLast(builder, bins);
    return reduced(context, hotOf(context, bins, bounds.length + 1), 'int');
  },
};

export const integerLookup: LayerFamily = {
  classes: ['IntegerLookup'],
  read(context): Activation {
    const { builder, config } = context;
    const vocabulary = numbersOf(context, 'vocabulary');
    const { mask_token: masked = null, oov_token: other = -1 } = config.fields;
    const others = config.number('num_oov_indices', 1);
    if (config.flag('invert', false) || config.flag('pad_to_max_tokens', false))
      config.unknown('a lookup the other way');
    if (others > 1 || masked !== null || vocabulary.includes(Number(other))) config.unknown('tokens of its own');
    const column = builder.op('Unsqueeze', [lastOf(builder, context.input()), builder.ints([-1])]);
    const found = cast(context, builder.op('Equal', [column, builder.floats(vocabulary)]), FLOAT);
    if (encodingMode(config.fields, 'int') === 'int') {
      const places = builder.op('Mul', [found, builder.floats(vocabulary.map((_, i) => i + others))]);
      return fromLast(builder, builder.op('ReduceSum', [places, builder.ints([-1])], { keepdims: 0 }));
    }
    if (others === 0) return reduced(context, found, 'int');
    // What is in no vocabulary comes first.
    const any = builder.op('ReduceMax', [found, builder.ints([-1])], { keepdims: 1 });
    const none = builder.op('Sub', [builder.float(1), any]);
    return reduced(context, builder.op('Concat', [none, found], { axis: -1 }), 'int');
  },
};

function numbersOf({ config }: LayerContext, field: string): number[] {
  const stated = config.fields[field];
  const list = Array.isArray(stated) ? stated : [];
  if (list.length === 0 || list.length > MAX_CATEGORIES || !list.every((value) => Number.isFinite(value)))
    return config.unknown(`${field} that the file does not say as numbers`);
  return list as number[];
}

/** Compared with each of more it would take too long. */
const MAX_CATEGORIES = 4096;

/** An element for each category behind every number. */
function hotOf(context: LayerContext, numbers: string, count: number): string {
  const { builder } = context;
  const depth = builder.addConstant({ type: 'int64', shape: [], data: BigInt64Array.of(BigInt(count)) });
  return builder.op('OneHot', [cast(context, numbers, INT64), depth, builder.floats([0, 1])], { axis: -1 });
}

/** One for each number (one_hot), or of all of a sample's numbers whether (multi_hot) or how often they are there (count). */
function reduced(context: LayerContext, hot: string, fallback: string): Activation {
  const { builder, config } = context;
  const { shape } = context.input();
  const mode = encodingMode(config.fields, fallback);
  const reduction = REDUCTIONS.get(mode) ?? config.unknown(`output_mode "${mode}"`);
  const made = encodedShape(config.className, config.fields, shape)?.length;
  if (made === shape.length + 1) return fromLast(builder, hot);
  return fromLast(builder, builder.op(reduction, [hot, builder.ints([shape.length - 1])], { keepdims: 0 }));
}

const REDUCTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    one_hot: 'ReduceMax',
    multi_hot: 'ReduceMax',
    count: 'ReduceSum',
  }),
);

const cast = ({ builder }: LayerContext, value: string, to: number): string => builder.op('Cast', [value], { to });

/** TensorProto.DataType. */
const FLOAT = 1;
const INT64 = 7;
