// Dropout: at work in training alone.
import { DROPOUT_RATE } from '../../../ops/dropout';
import { eachElement } from '../activation';
import type { LayerFamily } from '../family';

export const dropout: LayerFamily = {
  classes: ['Dropout'],
  read({ config, builder, inputs }) {
    const [value] = inputs;
    if (value === undefined) return config.fail('reads nothing');
    const rate = config.number('rate', 0.5);
    if (rate < 0 || rate > 1) config.fail(`rate must be from 0 to 1, it is ${rate}`);
    return eachElement(builder, value, (x) => builder.op('Dropout', [x], { [DROPOUT_RATE]: rate }));
  },
};
