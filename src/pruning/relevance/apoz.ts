// Average percentage of zeros: a channel that is mostly zero after its activation tells little.
import { type Measure, otherAxes } from './measure';

export const apoz: Measure = {
  name: 'apoz',
  description: 'How often the channel is not zero after its activation, over the training set (1 − APoZ).',
  source: 'Hu et al.: Network Trimming, 2016 (arXiv 1607.03250)',
  needs: 'activations',
  normalization: 'none',
  fromActivations(emitter, { after }) {
    const active = emitter.op('Not', [emitter.op('Equal', [after.value, emitter.float(0)])]);
    const counted = emitter.op('Cast', [active], { to: 1 });
    return emitter.op('ReduceSum', [counted, emitter.ints(otherAxes(after))], { keepdims: 0 });
  },
};
