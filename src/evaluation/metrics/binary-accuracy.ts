// Binary accuracy: the share of a sample's yes-or-no answers that are right, mean over the samples.
import { type Metric, meanOf } from './metric';

const FLOAT = 1;

export const binaryAccuracy: Metric = {
  name: 'binary-accuracy',
  title: 'binary accuracy',
  better: 'higher',
  unit: 'share',
  targets: ['binary', 'values'],
  emits: 'right',
  emit(emitter, { value, threshold }, target) {
    const said = emitter.op('Greater', [value, emitter.float(threshold)]);
    const hits = emitter.op('Equal', [said, emitter.op('Greater', [target, emitter.float(0.5)])]);
    const rows = emitter.op('Reshape', [emitter.op('Cast', [hits], { to: FLOAT }), emitter.ints([0, -1])]);
    return emitter.op('ReduceMean', [rows, emitter.ints([1])], { keepdims: 0 });
  },
  score: async (perSample) => meanOf(perSample),
};
