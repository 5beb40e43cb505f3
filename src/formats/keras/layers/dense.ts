// Dense: kernel [in, units], bias [units].
import { fixed } from '../../../model/graph';
import { fromLast, lastOf } from '../activation';
import { activate } from '../activation-function';
import type { LayerFamily } from '../family';

export const dense: LayerFamily = {
  classes: ['Dense'],
  read({ config, builder, input, weight }) {
    const value = lastOf(builder, input());
    const units = config.size('units');
    const kernel = weight('kernel', [fixed(builder.shape(value), -1, `the input of "${config.name}"`), units]);
    const bias = config.flag('use_bias', true) ? weight('bias', [units]) : undefined;
    if (builder.shape(value).length === 2) {
      const product = builder.op('Gemm', bias === undefined ? [value, kernel] : [value, kernel, bias]);
      return activate(config, builder, fromLast(builder, product));
    }
    const product = builder.op('MatMul', [value, kernel]);
    const sum = bias === undefined ? product : builder.op('Add', [product, bias]);
    return activate(config, builder, fromLast(builder, sum));
  },
  resize: (config, { output }) => ({ ...config, units: output.at(-1) }),
};
