// A measure: a way to score channels. The higher the score, the more relevant the channel.
import type { Shape } from '../../model/graph';
import type { Weight } from '../../model/weight';
import type { NodeEmitter } from '../../ops/emitter';
import type { Axis } from '../../ops/operator';
import type { Random } from '../../random';
import type { Normalization } from './normalization';

export interface Measure {
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  readonly source: string;
  readonly needs: 'nothing' | 'weights' | 'activations' | 'gradients';
  /** What makes its scores comparable between layers. */
  readonly normalization: Normalization;
  /** Scores from the layer's weights: one for each slice along the axis; undefined where they lack what it reads. */
  fromWeights?(weights: LayerWeights): Promise<Float64Array | undefined>;
  /** Emits nodes that sum up a batch: [channels], added up over the batches. */
  fromActivations?(emitter: NodeEmitter, site: Site): string;
  /** Where those are several sums a channel, the scores they come to. */
  fromSums?(sums: Float64Array, observations: number): Float64Array;
  /** Emits nodes that sum up a batch's effects of the channels on the loss, [samples, channels], to [channels]. */
  fromEffects?(emitter: NodeEmitter, effects: string): string;
  /** Whose loss that is: the data's targets, or targets drawn from what the model says. */
  readonly targets?: 'given' | 'drawn';
  fromNothing?(channels: number, random: Random): Float64Array;
}

/** The weights that make a layer's channels. */
export interface LayerWeights {
  readonly kernel: Weight;
  /** Each slice along it makes one. */
  readonly axis: number;
  /** Scales of the BatchNormalization behind it, one a slice. */
  readonly scale?: Weight;
}

/** Where a layer's channels are observed. */
export interface Site {
  /** Before the activation function, after bias and normalisation. */
  readonly before: Observed;
  /** After it; the same value where there is none. */
  readonly after: Observed;
  /** As the layers behind it read it: after a normalisation behind the activation function. */
  readonly read: Observed;
  readonly channels: number;
  /** Neurons a unit, real or virtual. */
  readonly neurons: number;
  /** Name of the maxout layer they feed, if any. */
  readonly maxout?: string;
}

/** A value, and the axis of it that the channels lie on. */
export interface Observed extends Axis {
  readonly shape: Shape;
}

/** Every axis but the channels'. */
export function otherAxes({ axis, shape }: Observed): number[] {
  return Array.from(shape.keys()).filter((other) => other !== axis);
}
