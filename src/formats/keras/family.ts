// A family of Keras layers: how its config and weights become nodes, and what of its config follows its widths.
import type { Shape } from '../../model/graph';
import type { GraphBuilder } from '../../ops/builder';
import type { Activation } from './activation';
import type { Call } from './calls';
import type { Config, LayerConfig } from './config';
import type { Dialect } from './dialect';
import type { ElementOrder } from './element-order';
import type { Part } from './weight-store';

export interface LayerFamily {
  /** Keras class names. */
  readonly classes: readonly string[];
  /** Its output, or all of them where it has several. */
  read(context: LayerContext): Activation | readonly Activation[];
  /** The config with the widths given. Default: as it is. */
  resize?(config: Config, widths: LayerWidths): Config;
  /** One of its calls (an entry of inbound_nodes) with the widths given: sizes may stand there. Default: as it is. */
  resizeCall?(call: unknown, config: Config, widths: LayerWidths): unknown;
}

/** Adds a weight by its Keras name (kernel, bias) and returns the value's name. */
export type TakeWeight = (name: string, shape: readonly number[], trainable?: boolean, order?: ElementOrder) => string;

export interface LayerContext {
  readonly config: LayerConfig;
  readonly builder: GraphBuilder;
  /** Every tensor it is called with: positional arguments first, then those given by name. */
  readonly inputs: readonly Activation[];
  readonly call: Call;
  readonly dialect: Dialect;
  /** The only input; an error where there are several. */
  input(): Activation;
  /** The tensors of one argument, by its name or its position. */
  argument(name: string, position?: number): readonly Activation[];
  readonly weight: TakeWeight;
  /** The shape the file holds a weight in, if it does: versions of Keras differ in what they write of a layer. */
  stored(name: string): readonly number[] | undefined;
  /** The same for a layer that is a part of this one; its config where it has its own. */
  part(part: Part, config?: LayerConfig): LayerContext;
  /** Names of the parts it is within, each with a slash behind it. */
  readonly partName: string;
  /** Says what a person should know about how the layer was read. */
  warn(note: string): void;
  /** Reads a layer that this one wraps: {class_name, config}. */
  wrapped(part: Part, json: unknown, inputs: readonly Activation[]): readonly Activation[];
}

export interface LayerWidths {
  /** Of the layer. */
  readonly className: string;
  /** Of what it reads and makes at its first call, in Keras' layout, with the batch. */
  readonly inputs: readonly Shape[];
  readonly outputs: readonly Shape[];
  /** The first of the outputs. */
  readonly output: Shape;
  /** What it read before, as `inputs`. */
  readonly before: readonly Shape[];
  /** The config of a layer that it wraps, with the widths given. */
  wrapped(className: string, config: Config, widths: LayerWidths): Config;
  /** Shape of a weight of its own, or of a part: "kernel", "query/kernel". */
  weight(name: string): readonly number[] | undefined;
  /** Whole numbers that its first node of an operator is told by a constant input: the sizes of a Split. */
  told(operator: string, input: number): readonly number[] | undefined;
  /** Neurons a unit of a Maxout. */
  readonly neurons?: number;
}
