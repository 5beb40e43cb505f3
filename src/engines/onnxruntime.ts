// The default engine: onnxruntime's native CPU library, from one npm package; loaded when it is first used.
import type * as Onnxruntime from 'onnxruntime-node';
import { messageOf } from '../errors';
import { encodeOnnx } from '../formats/onnx/encode';
import type { Graph } from '../model/graph';
import type { Tensor } from '../model/tensor';
import { operatorFor } from '../ops/index';
import { isOpaque } from '../ops/opaque';
import { type Engine, EngineError, type Feeds, type Program } from './engine';
import { notRun } from './not-run';

export interface OnnxruntimeOptions {
  /** Threads within an operator; 0, the default, is one for each physical core. */
  readonly threads?: number;
}

export function onnxruntime({ threads = 0 }: OnnxruntimeOptions = {}): Engine {
  const options: Onnxruntime.InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // What it would print as an error it throws too.
    logSeverityLevel: 4,
    // Vanishing gradients become denormal numbers, which cost a hundred times an ordinary one.
    // A thread that waits for work spins before it sleeps. Onnxruntime's own, long spin is the fastest on an idle machine
    // and halves the speed on a busy one; a short spin loses next to nothing on either.
    extra: {
      session: { set_denormal_as_zero: '1', intra_op: { spin_duration_us: '20' } },
      // onnxruntime 1.30 merges a Pad by zeros into the MaxPool behind it, which pads by −∞: wrong for negative values.
      optimization: { disable_specified_optimizers: 'Pad_Fusion' },
    },
  };
  return {
    name: 'onnxruntime',
    async compile(graph, values) {
      const { InferenceSession, Tensor } = await loadOnnxruntime();
      const model = encodeOnnx(graph, values);
      // Its optimiser stumbles over names in a file that it has optimised before ("Attempt to replace the existing tensor").
      const session = await InferenceSession.create(model, options)
        .catch(() => InferenceSession.create(model, { ...options, graphOptimizationLevel: 'disabled' }))
        .catch((error: unknown) => {
          throw explained(graph, error);
        });
      return new OnnxruntimeProgram(Tensor, session, graph);
    },
  };
}

/** Where the graph has a node that we don't know, onnxruntime doesn't either. */
function explained({ nodes }: Graph, error: unknown): unknown {
  const opaque = nodes.find(isOpaque);
  if (opaque !== undefined) return notRun(opaque);
  const unknown = nodes.find((node) => operatorFor(node) === undefined);
  return unknown === undefined ? new EngineError(error) : notRun(unknown, messageOf(error).replace(/\.?\s*$/, ''));
}

export function loadOnnxruntime(): Promise<typeof Onnxruntime> {
  return import('onnxruntime-node');
}

class OnnxruntimeProgram implements Program {
  constructor(
    private readonly tensorType: typeof Onnxruntime.Tensor,
    private readonly session: Onnxruntime.InferenceSession,
    private readonly graph: Graph,
  ) {}

  async run(feeds: Feeds, into: Feeds = {}): Promise<Record<string, Tensor>> {
    const inputs = Object.entries(feeds).map(([name, tensor]) => [name, this.#view(tensor)] as const);
    const fetches = this.graph.outputs.map(({ name }) => {
      const target = into[name];
      return [name, target ? this.#view(target) : null] as const;
    });
    const results = await this.session
      .run(Object.fromEntries(inputs), Object.fromEntries(fetches))
      .catch((error: unknown) => {
        throw new EngineError(error);
      });
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, into[name] ?? unwrap(name, tensor)]),
    );
  }

  dispose(): Promise<void> {
    return this.session.release();
  }

  #view(tensor: Tensor): Onnxruntime.Tensor {
    let view = views.get(tensor);
    if (view === undefined) {
      view = new this.tensorType(tensor.type as 'float32', tensor.data as Float32Array, tensor.shape);
      views.set(tensor, view);
    }
    return view;
  }
}

/** onnxruntime's view of a tensor is made once and kept with it: training feeds the same tensors at every step. */
const views = new WeakMap<Tensor, Onnxruntime.Tensor>();

const RETURNED: ReadonlySet<string> = new Set(['float32', 'int64', 'int32', 'int8', 'uint8', 'bool']);

function unwrap(name: string, { type, dims, data }: Onnxruntime.Tensor): Tensor {
  if (!RETURNED.has(type)) throw new Error(`output "${name}" is ${type}`);
  return { type: type as Tensor['type'], shape: dims, data: data as Float32Array };
}
