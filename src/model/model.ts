// A model as a person has it: a graph, the layers they named, and the container it came in.
import type { Compiled } from './compiled';
import type { Graph, Shape } from './graph';

/** What a person sees and names; one or more nodes of the graph carry its name. */
export interface Layer {
  readonly name: string;
  /** Class name in the model's own format: Dense, Conv2D. */
  readonly type: string;
  /** Values it reads and makes. */
  readonly inputs: readonly string[];
  readonly output: string;
  /** Whether that value lies channels first where the format shows it channels last. */
  readonly channelsFirst: boolean;
  /** Names of its weights, in its format's order. */
  readonly weights: readonly string[];
}

export interface Model {
  readonly name: string;
  readonly graph: Graph;
  readonly layers: readonly Layer[];
  readonly container: Container;
  /** What a person should know about the file although it could be read: a NaN weight, say. */
  readonly warnings: readonly string[];
  readonly compiled?: Compiled;
}

/** The file format a model came in; it writes a changed model back with all that was not changed as it was. */
export interface Container {
  readonly format: 'tfjs' | 'h5' | 'keras' | 'onnx';
  /** Whether it can hold weights in fewer bits, and of uint8 a scale for each channel; absent: neither. */
  readonly fewerBits?: { readonly uint8: 'none' | 'by weight' | 'by channel' };
  /** Whether it can leave out zeros. */
  readonly sparse?: boolean;
  /**
   * Writes the model into a folder (made where missing) and returns the path to open it by.
   * A file is written under a temporary name, flushed, then renamed.
   */
  write(model: Model, folder: string): Promise<string>;
}

export function layerOf(model: Model, name: string): Layer {
  const layer = model.layers.find((candidate) => candidate.name === name);
  if (layer === undefined) throw new Error(`no layer "${name}"`);
  return layer;
}

/** A layer's output shape as its format shows it, with the batch. */
export function outputShape(layer: Layer, shapes: ReadonlyMap<string, Shape>): Shape {
  const shape = shapes.get(layer.output) ?? [];
  const [batch = 1, channels = 1, ...spatial] = shape;
  return layer.channelsFirst ? [batch, ...spatial, channels] : shape;
}
