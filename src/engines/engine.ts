// What a session asks of an engine: make a graph runnable, run it.
import type { Graph } from '../model/graph';
import type { Tensor } from '../model/tensor';

export interface Engine {
  readonly name: string;
  /** @param values weights baked into the graph; weights of the graph that are not among them must be fed as inputs. */
  compile(graph: Graph, values: ReadonlyMap<string, Tensor>): Promise<Program>;
}

/** A graph ready to run. */
export interface Program {
  /**
   * @param feeds a tensor for every input of the graph.
   * @param into tensors to write outputs into, by output name; the others are made anew.
   */
  run(feeds: Feeds, into?: Feeds): Promise<Record<string, Tensor>>;
  /** Frees what the engine holds. */
  dispose(): Promise<void>;
}

export type Feeds = Readonly<Record<string, Tensor>>;

export function outputOf(outputs: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = outputs[name];
  if (tensor === undefined) throw new Error(`the engine returned no "${name}"`);
  return tensor;
}
