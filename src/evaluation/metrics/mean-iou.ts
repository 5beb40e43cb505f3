// Mean IoU: of each class the intersection over the union of the answers that say it and those that should, over all
// samples together (from the confusion matrix), and the mean over the classes that occur in either, as Keras' MeanIoU and
// torchmetrics' JaccardIndex (average "macro") have it. Of yes-or-no answers, no and yes are the classes.
import { hitsOf, isSingle, knownLabels, saidClasses } from './classes';
import { type Metric, meanOf, type Observed } from './metric';

export const meanIou: Metric = {
  name: 'mean-iou',
  title: 'mean IoU',
  better: 'higher',
  unit: 'share',
  targets: ['classes', 'binary'],
  emits: 'right',
  counted: (observed) => ({ width: 3 * classesOf(observed), score: meanOverClasses }),
  emit(emitter, observed, target) {
    const classes = saidClasses(emitter, observed);
    const own = knownLabels(emitter, observed, target);
    const depth = emitter.ints([classesOf(observed)]);
    const oneHot = (indices: string): string =>
      emitter.op('OneHot', [indices, depth, emitter.floats([0, 1])], { axis: -1 });
    const [said, there] = [oneHot(classes), oneHot(own.labels)];
    // [batch, 1, answers] × [batch, answers, classes] counts how many of each class.
    const count = (answers: string, of: string): string => {
      const product = emitter.op('MatMul', [emitter.op('Unsqueeze', [answers, emitter.ints([1])]), of]);
      return emitter.op('Squeeze', [product, emitter.ints([1])]);
    };
    const hits = hitsOf(emitter, classes, own);
    return emitter.op('Concat', [count(hits, there), count(own.known, said), count(own.known, there)], { axis: 1 });
  },
  score: async (perSample) => meanOf(perSample),
};

function classesOf(observed: Observed): number {
  return isSingle(observed) ? 2 : Number(observed.shape.at(observed.classAxis));
}

/** @param sums of each class how many were hit, then how many said, then how many there are. */
export function meanOverClasses(sums: ArrayLike<number>): number {
  const classes = sums.length / 3;
  let [total, present] = [0, 0];
  for (let own = 0; own < classes; own++) {
    const hit = sums[own] as number;
    const union = (sums[classes + own] as number) + (sums[2 * classes + own] as number) - hit;
    if (union <= 0) continue;
    total += hit / union;
    present++;
  }
  return present === 0 ? 0 : total / present;
}
