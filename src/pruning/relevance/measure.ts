// A measure: a way to score channels. The higher the score, the more relevant the channel.
import type { Tensor } from '../../model/tensor';
import type { NodeEmitter } from '../../ops/emitter';
import type { Random } from '../../random';

export interface Measure {
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  readonly source: string;
  readonly needs: 'nothing' | 'weights' | 'activations';
  /** Scores from the layer's kernel: one for each slice along the axis. */
  fromWeights?(kernel: Tensor, axis: number): Float64Array;
  /** Emits nodes that sum up a batch: [channels], added up over the batches. */
  fromActivations?(emitter: NodeEmitter, site: Site): string;
  fromNothing?(channels: number, random: Random): Float64Array;
}

/** Where a layer's channels are observed. All values are [batch, channels, ...positions]. */
export interface Site {
  /** Before the activation function, after bias and normalisation. */
  readonly before: string;
  /** After it; the same value where there is none. */
  readonly after: string;
  readonly channels: number;
  /** Number of axes. */
  readonly rank: number;
  /** Positions a sample: 1 for a Dense, height × width for a convolution. */
  readonly positions: readonly number[];
  /** Neurons a unit, real or virtual. */
  readonly neurons: number;
  /** Name of the maxout layer they feed, if any. */
  readonly maxout?: string;
}

/** Every axis but the channels'. */
export function otherAxes({ rank }: Site): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 1);
}
