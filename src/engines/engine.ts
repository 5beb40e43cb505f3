// What a session asks of an engine: make a graph runnable, run it.
import { messageOf, UserError } from '../errors';
import type { Graph, Node } from '../model/graph';
import type { Tensor } from '../model/tensor';

export interface Engine {
  readonly name: string;
  /** @param values weights baked into the graph; weights of the graph that are not among them must be fed as inputs. */
  compile(graph: Graph, values: ReadonlyMap<string, Tensor>): Promise<Program>;
  /**
   * Compiles a training step whose gradients the engine finds by automatic differentiation. Where an engine has none,
   * the backward pass must be part of the graph.
   */
  compileStep?(step: DifferentiatedGraph): Promise<Program>;
}

/** A training step that leaves the backward pass to the engine. */
export interface DifferentiatedGraph {
  /** The whole step; `nodes` holds the optimizer's, which read the gradients. */
  readonly graph: Graph;
  /** What gradients flow back through. */
  readonly forward: readonly Node[];
  /** Behind it: the loss, and the gradients that it starts from. */
  readonly loss: readonly Node[];
  /** By a value of `forward`: the value of `loss` that is its gradient. */
  readonly seeds: ReadonlyMap<string, string>;
  /** By an input of the graph: the name that `nodes` read its gradient by. */
  readonly gradients: ReadonlyMap<string, string>;
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

/** What an engine itself says of a graph that it does not take. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}

/**
 * Runs a model as its file has it, where an engine that refuses it refuses the file. Of a graph that we made it would be
 * our fault.
 */
export async function asInFile<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new UserError(
      `The model can't be run as it is: ${error.message.replace(/[.\s]*$/, '')}. Export it again; if onnxruntime runs the file all the same, this is worth a report.`,
      { cause: error },
    );
  }
}

export type Feeds = Readonly<Record<string, Tensor>>;

export function outputOf(outputs: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = outputs[name];
  if (tensor === undefined) throw new Error(`the engine returned no "${name}"`);
  return tensor;
}
