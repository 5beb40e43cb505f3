// Where a file keeps the weights of its layers: by name in TF.js and HDF5, by position in a .keras archive.
import type { Weight } from '../../model/weight';
import type { ElementOrder } from './element-order';

/** A layer within a layer: the cell of an LSTM, one direction of a Bidirectional. */
export interface Part {
  /** Keras' attribute, by which a .keras archive names it: forward_layer, query_dense. */
  readonly attribute: string;
  /** How the part's name begins in the names of its weights: forward, query; '' where they don't tell. */
  readonly name: string;
}

export interface WeightRequest {
  /** The layer, with the models it lies in: ["encoder", "dense"]. */
  readonly path: readonly string[];
  readonly parts: readonly Part[];
  /** The name Keras gives it: kernel, bias. */
  readonly name: string;
  readonly shape: readonly number[];
  /** How many weights of the same part, and of the whole layer, were asked for before it. */
  readonly index: number;
  readonly position: number;
  /** That of the file, where it is not the graph's. */
  readonly order?: ElementOrder;
}

export interface WeightStore {
  /** Whether it knows weights in an order of elements of their own. */
  readonly orders?: ReadonlyMap<string, ElementOrder>;
  /** A text that the file keeps for a layer beside its config, by its name. */
  asset?(path: readonly string[], name: string): string | undefined;
  /** A weight that was found may have another shape than the one wanted. */
  find(request: WeightRequest): Weight | undefined;
  /** Every weight of a layer, by the name it gets in a graph: of one whose class is not known. */
  all(path: readonly string[]): readonly Weight[];
}

/** What the weight is called in a graph: "encoder/dense/kernel". */
export function weightName({ path, parts, name }: Pick<WeightRequest, 'path' | 'parts' | 'name'>): string {
  return [...path, ...parts.map((part) => part.name).filter((part) => part !== ''), name].join('/');
}

export function weightFits({ shape }: Weight, request: WeightRequest): boolean {
  return shape.join() === request.shape.join();
}

/** What is wrong where a layer's weight is not in its file, or is another than the layer wants. */
export function weightProblem(request: WeightRequest, weight: Weight | undefined): string {
  if (weight === undefined) return `the file holds no weight "${weightName(request)}"`;
  return `weight "${weight.name}" is [${weight.shape.join(', ')}], the layer wants [${request.shape.join(', ')}]`;
}
