// CategoryEncoding: whole numbers as an element for each category, on where it is there (multi_hot), how often (count).
import { type Activation, fromLast, lastOf } from '../activation';
import { encodedShape, encodingMode } from '../encoded-shape';
import type { LayerFamily } from '../family';

export const categoryEncoding: LayerFamily = {
  classes: ['CategoryEncoding'],
  read(context): Activation {
    const { builder, config, inputs } = context;
    const [value] = inputs;
    if (value === undefined || inputs.length > 1) return config.unknown('weights of what is counted');
    const mode = encodingMode(config.fields, 'multi_hot');
    const reduction = REDUCTIONS[mode] ?? config.unknown(`output_mode "${mode}"`);
    const depth = builder.addConstant({
      type: 'int64',
      shape: [],
      data: BigInt64Array.of(BigInt(config.size('num_tokens'))),
    });
    const indices = builder.op('Cast', [lastOf(builder, value)], { to: INT64 });
    const hot = builder.op('OneHot', [indices, depth, builder.floats([0, 1])], { axis: -1 });
    const rank = value.shape.length;
    const made = encodedShape('CategoryEncoding', config.fields, value.shape)?.length;
    return fromLast(
      builder,
      made === rank + 1 ? hot : builder.op(reduction, [hot, builder.ints([rank - 1])], { keepdims: 0 }),
    );
  },
};

const REDUCTIONS: Readonly<Record<string, string>> = {
  one_hot: 'ReduceMax',
  multi_hot: 'ReduceMax',
  count: 'ReduceSum',
};

/** TensorProto.DataType. */
const INT64 = 7;
