// Dense: kernel [in, units], bias [units].
import { fixed } from '../../../model/graph';
import { fromLast, lastOf } from '../activation';
import { activate } from '../activation-function';
import type { LayerFamily } from '../family';
import { withSize } from '../former-names';

export const dense: LayerFamily = {
  classes: ['Dense', 'TimeDistributedDense'],
  read(context) {
    const { config, builder, input, weight } = context;
    const value = lastOf(builder, input());
    const units = config.size('units');
    const kernel = weight('kernel', [fixed(builder.shape(value), -1, `the input of "${config.name}"`), units]);
    const bias = config.flag('use_bias', true) ? weight('bias', [units]) : undefined;
    if (builder.shape(value).length === 2) {
      const product = builder.op('Gemm', bias === undefined ? [value, kernel] : [value, kernel, bias]);
      return activate(context, fromLast(builder, product));
    }
    const product = builder.op('MatMul', [value, kernel]);
    const sum = bias === undefined ? product : builder.op('Add', [product, bias]);
    return activate(context, fromLast(builder, sum));
  },
  resize: (config, { weight }) => withSize(config, weight('kernel')?.at(-1), 'units', 'output_dim'),
};
