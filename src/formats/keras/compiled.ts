// What a Keras model was compiled with, as its file says it: loss and optimizer.
import type { Compiled, CompiledOptimizer } from '../../model/compiled';
import { isRecord } from './config';

/** @param training training_config or compile_config, untrusted; what it does not say, or not clearly, is left out. */
export function compiledOf(training: unknown): { readonly compiled?: Compiled } {
  if (!isRecord(training)) return {};
  const loss = lossName(training.loss);
  // Keras 3 has the optimizer under that name, Keras 2 and TF.js under optimizer_config.
  const optimizer = optimizerOf(training.optimizer ?? training.optimizer_config);
  if (loss === undefined && optimizer === undefined) return {};
  return { compiled: { ...(loss !== undefined && { loss: snakeCase(loss) }), ...(optimizer && { optimizer }) } };
}

/** "mse", {class_name: "Huber"}, {class_name: "function", config: "mse"}, or one of these for the only output. */
function lossName(loss: unknown): string | undefined {
  if (typeof loss === 'string') return loss;
  if (!isRecord(loss)) return Array.isArray(loss) && loss.length === 1 ? lossName(loss[0]) : undefined;
  if (typeof loss.class_name === 'string')
    return loss.class_name === 'function' ? lossName(loss.config) : loss.class_name;
  const outputs = Object.values(loss);
  return outputs.length === 1 ? lossName(outputs[0]) : undefined;
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}

/** Keras' optimizers by the kin among ours: those with a rate for each weight are as Adam is. */
const KIN: ReadonlyMap<string, CompiledOptimizer['name']> = new Map([
  ['sgd', 'sgd'],
  ['momentum', 'sgd'],
  ['adam', 'adam'],
  ['nadam', 'adam'],
  ['adamax', 'adam'],
  ['rmsprop', 'adam'],
  ['adamw', 'adamw'],
]);

/** "adam", or {class_name: "Adam", config: {learning_rate: 0.001}}; one that scales losses holds another. */
function optimizerOf(optimizer: unknown): CompiledOptimizer | undefined {
  if (typeof optimizer === 'string') return optimizerOf({ class_name: optimizer });
  if (!isRecord(optimizer) || typeof optimizer.class_name !== 'string') return undefined;
  const config = isRecord(optimizer.config) ? optimizer.config : {};
  if (/LossScale/.test(optimizer.class_name)) {
    return isLossScale(config.inner_optimizer) ? undefined : optimizerOf(config.inner_optimizer);
  }
  const called = optimizer.class_name.replace(/^.*>/, '');
  const name = KIN.get(called.toLowerCase());
  if (name === undefined) return undefined;
  const learningRate = rateOf(config.learning_rate ?? config.learningRate ?? config.lr);
  const momentum = share(config.momentum);
  const weightDecay = share(config.weight_decay);
  return {
    name,
    ...(called.toLowerCase() !== name && { called }),
    ...(learningRate !== undefined && { learningRate }),
    ...(name === 'sgd' && momentum !== undefined && { momentum }),
    ...(name === 'adamw' && weightDecay !== undefined && { weightDecay }),
  };
}

function isLossScale(inner: unknown): boolean {
  return isRecord(inner) && /LossScale/.test(String(inner.class_name));
}

/** A number, or a schedule, which says what it began with. */
function rateOf(rate: unknown): number | undefined {
  if (isRecord(rate)) return isRecord(rate.config) ? rateOf(rate.config.initial_learning_rate) : undefined;
  return typeof rate === 'number' && rate > 0 && rate < Number.POSITIVE_INFINITY ? asWritten(rate) : undefined;
}

function share(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value < 1 ? asWritten(value) : undefined;
}

/** Keras gives a float32's digits: 0.0010000000474974513 was 0.001. */
function asWritten(value: number): number {
  return Number(value.toPrecision(6));
}
