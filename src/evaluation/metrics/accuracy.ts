// Accuracy: the share of samples whose class the model finds; where a sample has several labels, of all labels.
import { type Metric, meanOf } from './metric';

/** ONNX's number of the type. */
const INT64 = 7;
const FLOAT = 1;

export const accuracy: Metric = {
  name: 'accuracy',
  title: 'accuracy',
  better: 'higher',
  unit: 'share',
  target: 'classes',
  emits: 'right',
  emit(emitter, { value, shape, classAxis, threshold }, labels) {
    const single = shape.at(classAxis) === 1 || shape.length === 1;
    const classes = single
      ? emitter.op('Cast', [emitter.op('Greater', [value, emitter.float(threshold)])], { to: INT64 })
      : emitter.op('ArgMax', [value], { axis: classAxis, keepdims: 0 });
    const rows = emitter.op('Reshape', [classes, emitter.ints([0, -1])]);
    const hits = emitter.op('Cast', [emitter.op('Equal', [rows, labels])], { to: FLOAT });
    return emitter.op('ReduceMean', [hits, emitter.ints([1])], { keepdims: 0 });
  },
  score: async (perSample) => meanOf(perSample),
};
