// Embedding: a row of [vocabulary, dimension] for each whole number it reads.
import { fromLast, lastOf } from '../activation';
import type { LayerFamily } from '../family';

export const embedding: LayerFamily = {
  classes: ['Embedding'],
  read({ config, builder, input, weight }) {
    const rows = weight('embeddings', [config.size('input_dim'), config.size('output_dim')]);
    // Networks are fed floats, which hold whole numbers up to 2^24 exactly. 7 is int64.
    const indices = builder.op('Cast', [lastOf(builder, input())], { to: 7 });
    return fromLast(builder, builder.op('Gather', [rows, indices], { axis: 0 }));
  },
  resize: (config, { weight }) => ({ ...config, output_dim: weight('embeddings')?.[1] }),
};
