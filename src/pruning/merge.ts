// What reads the neurons of a layer reads its maxout units instead: weights of a unit's neurons become one.
import { UserError } from '../errors';
import type { Graph } from '../model/graph';
import { elementCount, float32, type Tensor } from '../model/tensor';
import type { Values } from '../model/values';
import { type Channels, contracted, produced } from './channels';
import { storedAxis } from './layer-channels';
import type { UnitStatistics } from './statistics';

/** For every kernel that reads the channels: the first neuron of each unit gets the unit's weights, the bias what is left. */
export function mergeReaders(
  behind: Graph,
  channels: Channels,
  own: Uint32Array,
  values: Values,
  k: number,
  statistics: UnitStatistics,
  layer: string,
): Values {
  const merged = new Map(values);
  const neuronOf = new Map(Array.from(own, (channel, neuron) => [channel, neuron]));
  const kernels = new Set<string>();
  const reads = behind.nodes.flatMap((node) =>
    contracted(node, channels.shapes).map(({ weight }) => ({ node, axis: storedAxis(behind, channels, weight) })),
  );
  for (const { node, axis } of reads) {
    const reading = axis && channels.of(axis.value, axis.axis);
    if (!axis || !reading?.some((channel) => neuronOf.has(channel))) continue;
    if (kernels.has(axis.value))
      throw new UserError(`Layer "${layer}" can't take a maxout: "${axis.value}" reads it twice.`);
    kernels.add(axis.value);
    const kernel = merged.get(axis.value) as Tensor;
    const makes = produced(node, channels.shapes);
    const made = makes && storedAxis(behind, channels, makes.weight);
    const shift = mergeKernel(kernel, axis.axis, made?.axis ?? 0, reading, neuronOf, k, statistics);
    merged.set(axis.value, float32(kernel.shape, shift.kernel));
    const bias = merged.get(node.inputs[2] ?? '');
    if (bias && bias.data.length === shift.bias.length) {
      const data = Float32Array.from(bias.data as Float32Array, (value, i) => value + (shift.bias[i] as number));
      merged.set(node.inputs[2] ?? '', float32(bias.shape, data));
    }
  }
  for (const [name, weight] of behind.weights) {
    const tied = weight.shape.some((_, axis) => channels.of(name, axis)?.some((channel) => neuronOf.has(channel)));
    if (tied && !kernels.has(name)) {
      throw new UserError(`Layer "${layer}" can't take a maxout: "${name}" works on its neurons one by one.`);
    }
  }
  return merged;
}

/**
 * Along the reading axis, a unit's weights go to where its first neuron's were (on a flattened image, position by
 * position). Returns the new kernel and the shift of the mean, per output.
 */
function mergeKernel(
  kernel: Tensor,
  axis: number,
  outputAxis: number,
  reading: Uint32Array,
  neuronOf: ReadonlyMap<number, number>,
  k: number,
  { mean, withMaximum, maximum, maximumSquare }: UnitStatistics,
): { kernel: Float32Array; bias: Float64Array } {
  const firsts = firstPositions(reading, neuronOf, k);
  const source = kernel.data as Float32Array;
  const result = Float32Array.from(source);
  const bias = new Float64Array(kernel.shape[outputAxis] ?? 1);
  const inner = elementCount(kernel.shape.slice(axis + 1));
  const outputInner = elementCount(kernel.shape.slice(outputAxis + 1));
  const size = kernel.shape[axis] ?? 1;
  // Every unit starts from nothing; each neuron then adds its share.
  source.forEach((_, i) => {
    if (neuronOf.has(reading[Math.floor(i / inner) % size] as number)) result[i] = 0;
  });
  source.forEach((value, i) => {
    const position = Math.floor(i / inner) % size;
    const neuron = neuronOf.get(reading[position] as number);
    if (neuron === undefined) return;
    const unit = Math.floor(neuron / k);
    const square = maximumSquare[unit] as number;
    const share = square > 0 ? (withMaximum[neuron] as number) / square : 0;
    const target = i + ((firsts[position] as number) - position) * inner;
    result[target] = (result[target] as number) + share * value;
    const output = Math.floor(i / outputInner) % bias.length;
    bias[output] = (bias[output] as number) + value * ((mean[neuron] as number) - share * (maximum[unit] as number));
  });
  return { kernel: result, bias };
}

/** For every position of a reading axis, the position of the first neuron of its unit, at the same place of the image. */
function firstPositions(reading: Uint32Array, neuronOf: ReadonlyMap<number, number>, k: number): Uint32Array {
  const positions = new Map<number, number[]>();
  reading.forEach((channel, position) => {
    const neuron = neuronOf.get(channel);
    if (neuron !== undefined) positions.set(neuron, [...(positions.get(neuron) ?? []), position]);
  });
  const seen = new Map<number, number>();
  return Uint32Array.from(reading, (channel, position) => {
    const neuron = neuronOf.get(channel);
    if (neuron === undefined) return position;
    const occurrence = seen.get(neuron) ?? 0;
    seen.set(neuron, occurrence + 1);
    return positions.get(neuron - (neuron % k))?.[occurrence] ?? position;
  });
}
