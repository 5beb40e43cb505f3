// GlobalAveragePooling and GlobalMaxPooling: [batch, ...positions, channels] to [batch, channels].
import { fromLast, lastOf } from '../activation';
import type { LayerFamily } from '../family';
import { imageOf } from './image';
import { maskedMean, maskOf } from './masked-steps';

const kinds = (kind: string): string[] =>
  [1, 2, 3].flatMap((axes) => [`Global${kind}Pooling${axes}D`, `Global${kind}Pool${axes}D`]);

export const globalPooling: LayerFamily = {
  classes: [...kinds('Average'), ...kinds('Avg'), ...kinds('Max')],
  read(context) {
    const { config, builder } = context;
    const image = imageOf(context);
    const mask =
      config.className.includes('Average') && image.spatial.length === 1 ? maskOf(context, context.input()) : undefined;
    if (mask !== undefined && !config.channelsFirst())
      return maskedMean(context, lastOf(builder, context.input()), mask);
    const type = config.className.startsWith('GlobalMax') ? 'GlobalMaxPool' : 'GlobalAveragePool';
    const pooled = builder.op(type, [image.value]);
    if (config.flag('keepdims', false)) return image.back(pooled);
    return fromLast(builder, builder.op('Reshape', [pooled, builder.ints([0, -1])]));
  },
};
