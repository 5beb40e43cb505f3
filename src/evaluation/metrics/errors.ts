// Metrics of numbers: mean squared and mean absolute error, and the share of the targets' variance that is explained.
import type { NodeEmitter } from '../../ops/emitter';
import { type Metric, meanOf, type Observed } from './metric';

export const meanSquaredError: Metric = {
  name: 'mse',
  title: 'mean squared error',
  better: 'lower',
  unit: 'number',
  targets: ['values', 'binary'],
  emits: 'error',
  emit(emitter, output, target) {
    const difference = emitter.op('Sub', [output.value, target]);
    return meanOfSample(emitter, emitter.op('Mul', [difference, difference]));
  },
  score: async (perSample) => meanOf(perSample),
};

export const meanAbsoluteError: Metric = {
  name: 'mae',
  title: 'mean absolute error',
  better: 'lower',
  unit: 'number',
  targets: ['values', 'binary'],
  emits: 'error',
  emit(emitter, output, target) {
    return meanOfSample(emitter, emitter.op('Abs', [emitter.op('Sub', [output.value, target])]));
  },
  score: async (perSample) => meanOf(perSample),
};

/**
 * R², 1 − mean squared error / variance of the targets: 1 is perfect, 0 as good as always saying the mean. Sample by
 * sample it is tested on squared errors, of which it is a falling line.
 */
export const rSquared: Metric = {
  name: 'r2',
  title: 'R²',
  better: 'higher',
  unit: 'number',
  targets: ['values', 'binary'],
  emits: 'error',
  emit: (emitter: NodeEmitter, output: Observed, target: string) => meanSquaredError.emit(emitter, output, target),
  async score(perSample, spread) {
    const variance = await spread();
    return variance === 0 ? 0 : 1 - meanOf(perSample) / variance;
  },
};

function meanOfSample(emitter: NodeEmitter, errors: string): string {
  const rows = emitter.op('Reshape', [errors, emitter.ints([0, -1])]);
  return emitter.op('ReduceMean', [rows, emitter.ints([1])], { keepdims: 0 });
}
