// Masking: steps of a sequence that are all mask_value become zero.
import { eachElement } from '../activation';
import type { LayerFamily } from '../family';

export const masking: LayerFamily = {
  classes: ['Masking'],
  read({ config, builder, input, warn }) {
    warn('recurrent layers behind it take the steps it masks as steps of zeros');
    const value = config.number('mask_value', 0);
    if (value !== 0) config.unknown('a mask value other than 0');
    return eachElement(builder, input(), (x) => builder.op('Identity', [x]));
  },
};
