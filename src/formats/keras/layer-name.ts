// What a layer of a config is called by those that read from it.
import { isRecord } from './config';

/** @param layer {class_name, name, config}. Its config's name is another for operators that TensorFlow 2.1 to 2.3 kept. */
export function layerName({ class_name: className, name, config }: Readonly<Record<string, unknown>>): unknown {
  const own = isRecord(config) ? config.name : undefined;
  return className === 'TensorFlowOpLayer' ? (name ?? own) : (own ?? name);
}
