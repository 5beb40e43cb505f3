// Embedding: a row of [vocabulary, dimension] for each whole number it reads.
import { fromLast, lastOf } from '../activation';
import type { LayerFamily } from '../family';

export const embedding: LayerFamily = {
  classes: ['Embedding'],
  read({ config, builder, input, weight }) {
    const numbers = lastOf(builder, input());
    const rows = weight('embeddings', [config.size('input_dim'), config.size('output_dim')]);
    // Networks are fed floats, which hold whole numbers up to 2^24 exactly. 7 is int64.
    const indices = builder.op('Cast', [numbers], { to: 7 });
    const made = fromLast(builder, builder.op('Gather', [rows, indices], { axis: 0 }));
    // Whole numbers that are not zero count as one.
    const masks = config.flag('mask_zero', false) && builder.shape(numbers).length === 2;
    return masks ? { ...made, mask: builder.op('Clip', [numbers, builder.float(0), builder.float(1)]) } : made;
  },
  resize: (config, { weight }) => ({ ...config, output_dim: weight('embeddings')?.[1] }),
};
