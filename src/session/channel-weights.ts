// The weights behind each channel of a layer, as the panel shows them: their norms, and a first convolution's kernels.
import { UserError } from '../errors';
import { openModel } from '../formats/open';
import { weightValues } from '../model/weight';
import type { ChannelWeights, ChannelWeightsQuestion } from '../protocol/session';
import { analyseChannels } from '../pruning/channels';
import { layerChannels } from '../pruning/layer-channels';

/** More kernel values than a page could draw. */
const MAX_KERNEL_VALUES = 200_000;

/** An image has one channel or three colours, perhaps with alpha. */
const MAX_IMAGE_DEPTH = 4;

export async function channelWeights({ model: path, layer }: ChannelWeightsQuestion): Promise<ChannelWeights> {
  const model = await openModel(path);
  const made = layerChannels(model, analyseChannels(model.graph));
  // A part of a layer goes by a name of its own.
  const found = made.find(({ name }) => name === layer) ?? made.find((own) => own.layer.name === layer);
  const weight = found && model.graph.weights.get(found.weight.value);
  if (found === undefined || weight === undefined)
    throw new UserError(`Layer "${layer}" has no channels with weights.`);
  const { axis } = found.weight;
  const values = await weightValues(weight);
  const channels = weight.shape[axis] ?? 1;
  const inner = weight.shape.slice(axis + 1).reduce((size, length) => size * length, 1);
  const l1 = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  values.forEach((value, i) => {
    const channel = Math.floor(i / inner) % channels;
    l1[channel] = (l1[channel] ?? 0) + Math.abs(value);
    squares[channel] = (squares[channel] ?? 0) + value * value;
  });
  const kernels = kernelsOf(weight.shape, axis, values);
  return { l1, l2: squares.map(Math.sqrt), ...(kernels && { kernels }) };
}

/** Of a kernel stored [rows, columns, depth, channels] (channels last) or [channels, depth, rows, columns]. */
function kernelsOf(shape: readonly number[], axis: number, values: Float32Array): ChannelWeights['kernels'] {
  const last = axis === 3;
  const [rows, columns, depth, channels] = last ? shape : [shape[2], shape[3], shape[1], shape[0]];
  if (shape.length !== 4 || (!last && axis !== 0)) return undefined;
  if (!rows || !columns || !depth || !channels || depth > MAX_IMAGE_DEPTH || values.length > MAX_KERNEL_VALUES) {
    return undefined;
  }
  const at = (channel: number, row: number, column: number, level: number): number =>
    last
      ? ((row * columns + column) * depth + level) * channels + channel
      : ((channel * depth + level) * rows + row) * columns + column;
  const ordered: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let level = 0; level < depth; level++) ordered.push(values[at(channel, row, column, level)] ?? 0);
      }
    }
  }
  return { rows, columns, depth, values: ordered };
}
