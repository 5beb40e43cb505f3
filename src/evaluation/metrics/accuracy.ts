// Accuracy: the share of samples whose class the model finds; where a sample has several labels, of all that are known.
import { hitsOf, knownLabels, saidClasses } from './classes';
import { type Metric, meanOf, type Observed } from './metric';

const FLOAT = 1;

export const accuracy: Metric = {
  name: 'accuracy',
  title: 'accuracy',
  better: 'higher',
  unit: 'share',
  targets: ['classes'],
  emits: 'right',
  counted: (observed) =>
    ignores(observed) ? { width: 2, score: ([right = 0, known = 0]) => (known === 0 ? 0 : right / known) } : undefined,
  emit(emitter, observed, labels) {
    const classes = saidClasses(emitter, observed);
    if (!ignores(observed)) {
      const hits = emitter.op('Cast', [emitter.op('Equal', [classes, labels])], { to: FLOAT });
      return emitter.op('ReduceMean', [hits, emitter.ints([1])], { keepdims: 0 });
    }
    // Samples of which more is known count for more: the score is the share of all labels.
    const own = knownLabels(emitter, observed, labels);
    const sum = (of: string): string => emitter.op('ReduceSum', [of, emitter.ints([1])], { keepdims: 1 });
    return emitter.op('Concat', [sum(hitsOf(emitter, classes, own)), sum(own.known)], { axis: 1 });
  },
  score: async (perSample) => meanOf(perSample),
};

function ignores({ target }: Observed): boolean {
  return target.kind === 'classes' && target.ignored !== undefined;
}
