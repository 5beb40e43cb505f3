// Runs a graph once, as a session would, on one thread.
import { outputOf } from '../src/engines/engine';
import { onnxruntime } from '../src/engines/onnxruntime';
import type { Graph } from '../src/model/graph';
import type { Tensor } from '../src/model/tensor';
import { loadValues } from '../src/model/values';

export const engine = onnxruntime({ threads: 1 });

/** The only output of a graph for its only input. */
export async function outputFor(graph: Graph, input: Tensor): Promise<Tensor> {
  const program = await engine.compile(graph, await loadValues(graph));
  try {
    const [from, to] = [graph.inputs[0]?.name ?? '', graph.outputs[0]?.name ?? ''];
    return outputOf(await program.run({ [from]: input }), to);
  } finally {
    await program.dispose();
  }
}
