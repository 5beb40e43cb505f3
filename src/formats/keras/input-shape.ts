// The shape of a model's input as its first layer states it, in whatever version's words.
import { BATCH, type Dimension, type Shape } from '../../model/graph';
import { LayerConfig, MAX_SIZE, show } from './config';
import type { Entry, Topology } from './topology';

/** No layer of Keras takes more. */
const MAX_AXES = 8;

/** batch_input_shape (batch_shape in Keras 3): null is a size known only when the model runs. */
export function inputShape(entry: Entry, topology: Topology): Shape {
  const config: LayerConfig = new LayerConfig(entry.name, entry.className, entry.config);
  const { fields } = config;
  const field = ['batch_input_shape', 'batch_shape', 'input_shape', 'input_dim'].find((name) => fields[name] != null);
  const built = topology.inputShape ?? entry.build?.input_shape;
  if (field === undefined && built == null) config.fail('the first layer says no batch_input_shape');
  const stated = field === undefined ? built : fields[field];
  const where = field ?? 'build_input_shape';
  const shape = withBatch(stated, field, fields.input_length);
  if (shape === undefined) config.fail(`${where} must be a list, it is ${show(stated)}`);
  // An input layer may take one number a sample; no other layer begins a model with so little.
  const least = entry.className === 'InputLayer' ? 1 : 2;
  if (shape.length < least || shape.length > MAX_AXES)
    config.fail(`${where} ${show(shape)} has ${shape.length} axes; ${least} to ${MAX_AXES} are known`);
  return shape.map((size, axis): Dimension => {
    if (axis === 0) return BATCH;
    if (size === null) return `${entry.name}_${axis}`;
    if (!Number.isInteger(size) || (size as number) < 1 || (size as number) > MAX_SIZE)
      config.fail(`${where} is ${show(shape)}`);
    return size as number;
  });
}

/** input_shape lacks the batch; input_dim is the last size alone, with the length of a sequence beside it. */
function withBatch(stated: unknown, field: string | undefined, length: unknown): readonly unknown[] | undefined {
  if (field === 'input_dim') return length === undefined ? [null, stated] : [null, length, stated];
  if (!Array.isArray(stated)) return undefined;
  return field === 'input_shape' ? [null, ...stated] : stated;
}
