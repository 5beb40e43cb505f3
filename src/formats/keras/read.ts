// A Keras topology and its weights as a graph and its layers.
import { messageOf, UserError } from '../../errors';
import { BATCH, type Dimension, type Graph } from '../../model/graph';
import type { Layer } from '../../model/model';
import { elementCount } from '../../model/tensor';
import type { Weight } from '../../model/weight';
import { GraphBuilder } from '../../ops/builder';
import { type Activation, fromLast, lastOf, outputOf } from './activation';
import { LayerConfig, MAX_SIZE, show } from './config';
import type { LayerContext } from './family';
import { FAMILIES } from './layers/index';
import { findMaxout } from './layers/maxout';
import type { Entry, Topology } from './topology';

/** @param stored the file's weights by the name Keras gives them, "dense/kernel". */
export function readKeras(topology: Topology, stored: ReadonlyMap<string, Weight>): { graph: Graph; layers: Layer[] } {
  const builder = new GraphBuilder();
  const activations = new Map<string, Activation>();
  const layers: Layer[] = [];
  const entries = findMaxout(topology);
  for (const entry of entries) {
    builder.layer = entry.name;
    const config = new LayerConfig(entry.name, entry.className, entry.config);
    const weights: string[] = [];
    const inputs = entry.inbound.map((name) => activationOf(activations, name));
    if (inputs.length === 0) {
      const value = builder.addInput({ name: `${entry.name}:input`, type: 'float32', shape: inputShape(config) });
      inputs.push(fromLast(builder, value));
    }
    const activation = entry.className === 'InputLayer' ? (inputs[0] as Activation) : readEntry(entry, config);
    checkSize(config, activation);
    activations.set(entry.name, activation);
    const { output, channelsFirst } = outputOf(activation);
    layers.push({
      name: entry.name,
      type: entry.className,
      inputs: inputs.map((value) => outputOf(value).output),
      output,
      channelsFirst,
      weights,
    });

    function readEntry(entry: Entry, config: LayerConfig): Activation {
      const family = FAMILIES.get(entry.className);
      if (family === undefined) {
        throw new UserError(
          `layer "${entry.name}" is of class ${entry.className}, which Neuron Pruner does not know yet. ` +
            `It knows ${[...FAMILIES.keys()].sort().join(', ')}.`,
        );
      }
      const context: LayerContext = {
        config,
        builder,
        inputs,
        input() {
          const [first] = inputs;
          if (first === undefined || inputs.length > 1) config.fail(`takes one input, it has ${inputs.length}`);
          return first;
        },
        weight(name, shape, trainable = true) {
          const weight = storedWeight(config, stored, name, shape);
          weights.push(weight.name);
          return builder.addWeight({ ...weight, trainable: trainable && config.flag('trainable', true) });
        },
      };
      try {
        return family.read(context);
      } catch (error) {
        if (error instanceof UserError) throw error;
        throw new UserError(
          `layer "${entry.name}" (${entry.className}) does not fit what it reads: ${messageOf(error)}`,
        );
      }
    }
  }
  for (const name of topology.outputs) {
    builder.layer = entries.find(({ members }) => members.includes(name))?.name ?? name;
    builder.addOutput(lastOf(builder, activationOf(activations, builder.layer)));
  }
  return { graph: builder.build(), layers };
}

/** Values a layer makes of one sample; more than 2^28 (1 GB as float32) is a broken file, or one made to exhaust memory. */
const MAX_VALUES = 2 ** 28;

function checkSize(config: LayerConfig, { shape }: Activation): void {
  const sizes = shape.slice(1).filter((size) => typeof size === 'number');
  if (elementCount(sizes) > MAX_VALUES)
    config.fail(`its output [${sizes.join(', ')}] is too large for any machine to hold`);
}

function activationOf(activations: ReadonlyMap<string, Activation>, name: string): Activation {
  const activation = activations.get(name);
  if (activation === undefined) throw new UserError(`the model's output layer "${name}" is not in the model`);
  return activation;
}

/** batch_input_shape (batch_shape in Keras 3): null is a size known only when the model runs. */
function inputShape(config: LayerConfig): Dimension[] {
  const field = config.fields.batch_input_shape !== undefined ? 'batch_input_shape' : 'batch_shape';
  if (config.fields[field] === undefined) config.fail('the first layer says no batch_input_shape');
  const shape = config.list(field);
  if (shape.length < 2 || shape.length > 4)
    config.fail(`${field} ${show(shape)} has ${shape.length} axes; 2 to 4 are known`);
  return shape.map((size, axis) => {
    if (axis === 0) return BATCH;
    if (size === null) return `${config.name}_${axis}`;
    if (!Number.isInteger(size) || (size as number) < 1 || (size as number) > MAX_SIZE)
      config.fail(`${field} is ${show(shape)}`);
    return size as number;
  });
}

function storedWeight(
  config: LayerConfig,
  stored: ReadonlyMap<string, Weight>,
  name: string,
  shape: readonly number[],
): Weight {
  const weight = stored.get(`${config.name}/${name}`);
  if (weight === undefined) config.fail(`the file holds no weight "${config.name}/${name}"`);
  if (weight.shape.join() !== shape.join()) {
    config.fail(`weight "${weight.name}" is [${weight.shape.join(', ')}], the layer wants [${shape.join(', ')}]`);
  }
  return weight;
}
