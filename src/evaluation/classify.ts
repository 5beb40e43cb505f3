// What a model says of every sample of a split.
import { evaluationBatches } from '../data/batches';
import type { Split } from '../data/dataset';
import { type Engine, outputOf } from '../engines/engine';
import { fixed, type Graph, only } from '../model/graph';
import { elementCount, float32 } from '../model/tensor';
import type { Values } from '../model/values';
import { NodeEmitter } from '../ops/emitter';

/** Large enough to keep every core busy, small enough that a VGG16's activations stay under a gigabyte. */
export const EVALUATION_BATCH = 250;

/** The class of each sample by the model: the largest score, or for a single output whether it is above ½. */
export async function classify(engine: Engine, graph: Graph, values: Values, split: Split): Promise<Int32Array> {
  const program = await engine.compile(withClasses(graph), values);
  try {
    const input = only(graph.inputs, 'inputs of the model');
    const sample = input.shape.slice(1).map((_, axis) => fixed(input.shape, axis + 1, "the model's input"));
    const classes = new Int32Array(split.count);
    let done = 0;
    for (const indices of evaluationBatches(split.count, EVALUATION_BATCH)) {
      const samples = new Float32Array(indices.length * elementCount(sample));
      await split.read(indices, samples);
      const outputs = await program.run({ [input.name]: float32([indices.length, ...sample], samples) });
      for (const value of outputOf(outputs, CLASSES).data) classes[done++] = Number(value);
    }
    return classes;
  } finally {
    await program.dispose();
  }
}

/** 1 for every sample the model gets right, else 0. */
export function outcomes(classes: Int32Array, split: Split): Uint8Array {
  return Uint8Array.from(classes, (value, i) => (value === split.labels[i] ? 1 : 0));
}

export function accuracyOf(right: Uint8Array): number {
  return right.length === 0 ? 0 : right.reduce((sum, value) => sum + value, 0) / right.length;
}

const CLASSES = 'evaluation/classes';

/** The graph with the class index as its output, so that scores never leave the engine. */
function withClasses(graph: Graph): Graph {
  const { name, shape } = only(graph.outputs, 'outputs of the model');
  const emitter = new NodeEmitter('evaluation');
  const single = fixed(shape, -1, 'classes') === 1;
  if (single) emitter.op('Cast', [emitter.op('Greater', [name, emitter.float(0.5)])], { to: 7 }, CLASSES);
  else emitter.op('ArgMax', [name], { axis: -1, keepdims: 0 }, CLASSES);
  return emitter.extend(graph, [{ name: CLASSES, type: 'int64', shape: single ? shape : shape.slice(0, -1) }]);
}
