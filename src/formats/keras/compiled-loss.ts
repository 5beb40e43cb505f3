// The loss that a Keras model was compiled with, as its file says it.
import { isRecord } from './config';

/**
 * The name in Keras' way, "binary_crossentropy"; undefined where the file says none, or several.
 * @param training training_config or compile_config, untrusted.
 */
export function compiledLoss(training: unknown): { readonly compiledLoss?: string } {
  const name = isRecord(training) ? nameOf(training.loss) : undefined;
  return name === undefined ? {} : { compiledLoss: snakeCase(name) };
}

/** "mse", {class_name: "Huber"}, {class_name: "function", config: "mse"}, or one of these for the only output. */
function nameOf(loss: unknown): string | undefined {
  if (typeof loss === 'string') return loss;
  if (!isRecord(loss)) return Array.isArray(loss) && loss.length === 1 ? nameOf(loss[0]) : undefined;
  if (typeof loss.class_name === 'string')
    return loss.class_name === 'function' ? nameOf(loss.config) : loss.class_name;
  const outputs = Object.values(loss);
  return outputs.length === 1 ? nameOf(outputs[0]) : undefined;
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}
