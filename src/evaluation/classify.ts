// What a model says of every sample of a split.
import type { Split } from '../data/dataset';
import { type Engine, outputOf } from '../engines/engine';
import { fixed, type Graph, only } from '../model/graph';
import type { Values } from '../model/values';
import { NodeEmitter } from '../ops/emitter';
import { runOver } from './run-over';

/** The class of each sample by the model: the largest score, or for a single output whether it is above ½. */
export async function classify(engine: Engine, graph: Graph, values: Values, split: Split): Promise<Int32Array> {
  const classes = new Int32Array(split.count);
  await runOver(engine, withClasses(graph), values, split, (outputs, done) => {
    const { data } = outputOf(outputs, CLASSES);
    for (let i = 0; i < data.length; i++) classes[done - data.length + i] = Number(data[i]);
  });
  return classes;
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
