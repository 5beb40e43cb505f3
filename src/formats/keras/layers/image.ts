// What layers over positions have in common: how many spatial axes there are, and where the channels lie.
import type { Dimension } from '../../../model/graph';
import { type Activation, firstOf, fromFirst, fromLast, lastOf } from '../activation';
import type { LayerConfig } from '../config';
import type { LayerContext } from '../family';

export interface Image {
  /** [batch, channels, ...positions]. */
  readonly value: string;
  readonly channels: Dimension;
  readonly spatial: readonly Dimension[];
  /** What such a value is to Keras. */
  back(value: string): Activation;
}

/** Spatial axes by the class name: Conv1D has one. */
export function spatialAxes({ className }: LayerConfig): number {
  return Number(/([123])D/.exec(className)?.[1] ?? 2);
}

export function imageOf({ config, builder, input }: LayerContext, activation = input()): Image {
  const axes = spatialAxes(config);
  if (activation.shape.length !== axes + 2) {
    config.fail(`wants an input of ${axes + 2} axes, its input is [${activation.shape.join(', ')}]`);
  }
  // A layer that has its channels first sees them where ONNX does.
  const first = config.channelsFirst();
  const value = first ? lastOf(builder, activation) : firstOf(builder, activation);
  const [, channels = 1, ...spatial] = builder.shape(value);
  return {
    value,
    channels,
    spatial,
    back: (made) => (first ? fromLast(builder, made) : fromFirst(builder, made)),
  };
}
