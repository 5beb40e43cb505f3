// A family of Keras layers: how its config and weights become nodes, and what of its config follows its widths.
import type { Shape } from '../../model/graph';
import type { GraphBuilder } from '../../ops/builder';
import type { Activation } from './activation';
import type { Config, LayerConfig } from './config';

export interface LayerFamily {
  /** Keras class names. */
  readonly classes: readonly string[];
  read(context: LayerContext): Activation;
  /** The config with the widths given. Default: as it is. */
  resize?(config: Config, widths: LayerWidths): Config;
}

export interface LayerContext {
  readonly config: LayerConfig;
  readonly builder: GraphBuilder;
  readonly inputs: readonly Activation[];
  /** The only input; an error where there are several. */
  input(): Activation;
  /** Adds a weight of the layer by its Keras name (kernel, bias) and returns the value's name. */
  weight(name: string, shape: readonly number[], trainable?: boolean): string;
}

export interface LayerWidths {
  /** Of the output, in Keras' layout, with the batch. */
  readonly output: Shape;
  /** Neurons a unit of a Maxout. */
  readonly neurons?: number;
}
