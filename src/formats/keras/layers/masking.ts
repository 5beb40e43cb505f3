// Masking: steps of a sequence that are all mask_value become zero, and recurrent layers skip them.
import { fromLast, lastOf } from '../activation';
import type { LayerFamily } from '../family';

export const masking: LayerFamily = {
  classes: ['Masking'],
  read({ config, builder, input }) {
    const x = lastOf(builder, input());
    const rank = builder.shape(x).length;
    if (rank !== 2 && rank !== 3) return config.unknown(`a mask over ${rank} axes`);
    const distance = builder.op('Abs', [builder.op('Sub', [x, builder.float(config.number('mask_value', 0))])]);
    const farthest = builder.op('ReduceMax', [distance, builder.ints([rank - 1])], { keepdims: 1 });
    // 1 is float32.
    const kept = builder.op('Cast', [builder.op('Greater', [farthest, builder.float(0)])], { to: 1 });
    const made = fromLast(builder, builder.op('Mul', [x, kept]));
    // A mask of whole samples is no mask of steps.
    if (rank === 2) return made;
    return { ...made, mask: builder.op('Squeeze', [kept, builder.ints([2])]) };
  },
};
