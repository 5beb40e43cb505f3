// What metrics of classes have in common: which class an output says, and which labels count.
import type { NodeEmitter } from '../../ops/emitter';
import type { Observed } from './metric';

/** ONNX's numbers of the types. */
const FLOAT = 1;
const INT64 = 7;

/** Whether the output has one score for each answer, which says class 1 where it is high. */
export function isSingle({ shape, classAxis, target }: Omit<Observed, 'value' | 'threshold'>): boolean {
  return target.kind === 'binary' || shape.at(classAxis) === 1 || shape.length === 1;
}

/** Emits the class of each answer: [batch, answers], int64. */
export function saidClasses(emitter: NodeEmitter, observed: Observed): string {
  const { value, classAxis, threshold } = observed;
  if (isSingle(observed)) return above(emitter, value, threshold);
  return rows(emitter, emitter.op('ArgMax', [value], { axis: classAxis, keepdims: 0 }));
}

export interface Labels {
  /** [batch, answers], int64; 0 where nothing is known. */
  readonly labels: string;
  /** [batch, answers], float: 1 where something is known, else 0. */
  readonly known: string;
}

/** @param fed labels [batch, answers], or yes or no as numbers of the output's shape. */
export function knownLabels(emitter: NodeEmitter, { target }: Observed, fed: string): Labels {
  const labels = target.kind === 'classes' ? fed : above(emitter, fed, 0.5);
  const zero = emitter.ints([0]);
  // What no label can be, where all of them count.
  const ignored = emitter.ints([(target.kind === 'classes' ? target.ignored : undefined) ?? -1]);
  const unknown = emitter.op('Equal', [labels, ignored]);
  return {
    labels: emitter.op('Where', [unknown, zero, labels]),
    known: emitter.op('Cast', [emitter.op('Not', [unknown])], { to: FLOAT }),
  };
}

/** Emits where both are the same and known, as 1 and 0. */
export function hitsOf(emitter: NodeEmitter, classes: string, { labels, known }: Labels): string {
  return emitter.op('Mul', [emitter.op('Cast', [emitter.op('Equal', [classes, labels])], { to: FLOAT }), known]);
}

function above(emitter: NodeEmitter, value: string, threshold: number): string {
  return rows(emitter, emitter.op('Cast', [emitter.op('Greater', [value, emitter.float(threshold)])], { to: INT64 }));
}

function rows(emitter: NodeEmitter, answers: string): string {
  return emitter.op('Reshape', [answers, emitter.ints([0, -1])]);
}
