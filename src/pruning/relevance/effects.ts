// The effect of every channel on the loss, to first order: activation × gradient where the layers behind read it.
import type { Shape } from '../../model/graph';
import type { NodeEmitter } from '../../ops/emitter';
import type { Gradients } from '../../training/gradient-graph';
import type { Observed } from './measure';

/**
 * Emits them for every sample, summed over positions: [samples, channels].
 * @param sampleSize what the batch's size is called in shapes of the graph.
 */
export function emitEffects(
  { tape, of, filled }: Gradients,
  read: Observed,
  sampleSize: Shape[number] | undefined,
): string {
  const { value, axis, shape } = read;
  // In a value that folds the batch with something else, every row counts as a sample.
  const samples = Math.max(0, shape.indexOf(sampleSize ?? ''));
  if (samples === axis) throw new Error(`"${value}" has its channels on the axis of the samples`);
  const gradient = of(value);
  if (gradient === undefined) return none(tape, Number(shape[axis]));
  const product = tape.op('Mul', [value, gradient]);
  const others = Array.from(shape.keys()).filter((other) => other !== axis && other !== samples);
  const summed = others.length === 0 ? product : tape.op('ReduceSum', [product, tape.ints(others)], { keepdims: 0 });
  const effects = samples < axis ? summed : tape.op('Transpose', [summed], { perm: [1, 0] });
  // Rows that only fill the last batch up count for nothing, where there is a row for each sample.
  if (shape[samples] !== sampleSize) return effects;
  return tape.op('Mul', [effects, tape.op('Reshape', [filled, tape.ints([-1, 1])])]);
}

/** One row of zeros: what does not lead to the loss has no effect on it. */
function none(tape: NodeEmitter, channels: number): string {
  return tape.op('Reshape', [tape.floats(new Array<number>(channels).fill(0)), tape.ints([1, channels])]);
}
