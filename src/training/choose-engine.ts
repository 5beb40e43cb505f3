// Which engine runs a recipe: the one that it names, or the fastest that can do all of it.
import type { SampleInput } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { notRun } from '../engines/not-run';
import { onnxruntime } from '../engines/onnxruntime';
import { tensorflow } from '../engines/tensorflow';
import { loadTensorflow } from '../engines/tensorflow/load';
import { UserError } from '../errors';
import { fixedBatch, type Graph, type Node } from '../model/graph';
import { operatorFor } from '../ops/index';
import { inferShapes } from '../ops/infer';
import { isOpaque } from '../ops/opaque';
import { NoGradientRule } from '../ops/operator';
import { TrainingTape } from './tape';

export const ENGINE_NAMES = ['auto', 'onnxruntime', 'tensorflow'] as const;

export type EngineName = (typeof ENGINE_NAMES)[number];

export interface ChosenEngine {
  readonly engine: Engine;
  /** Which it is and why, in one sentence. */
  readonly why: string;
}

export interface EngineUse {
  /** 0: one for each core. */
  readonly threads: number;
  /** The inputs of the samples that the model will be trained on; absent where it is only run. */
  readonly trainedOn?: readonly SampleInput[] | undefined;
}

/** Throws UserError where no engine, or not the one named, can do it. */
export async function chooseEngine(
  name: EngineName,
  graph: Graph,
  { threads, trainedOn }: EngineUse,
): Promise<ChosenEngine> {
  const ours = onnxruntime({ threads });
  const theirs = tensorflow({ threads });
  const opaque = trainedOn ? graph.nodes.find(isOpaque) : undefined;
  if (opaque !== undefined) throw notRun(opaque);
  const missing = trainedOn && missingRule(graph, trainedOn);
  if (missing === undefined && name !== 'tensorflow') {
    const reason = name === 'auto' ? 'the fastest, and it can do all of this' : 'as asked for';
    return { engine: ours, why: `Engine: onnxruntime, ${reason}.` };
  }
  if (name === 'onnxruntime') {
    throw new UserError(
      `onnxruntime cannot train this model: ${missing?.message}. Set the engine to auto or tensorflow, which differentiates by itself.`,
    );
  }
  const stranger = graph.nodes.find((node) => operatorFor(node)?.evaluate === undefined);
  if (stranger !== undefined) throw notEvaluated(stranger, missing);
  const library = await describeTensorflow(threads);
  if (name === 'tensorflow') return { engine: theirs, why: `Engine: tensorflow (${library}), as asked for.` };
  return {
    engine: { ...ours, name: 'onnxruntime and tensorflow', compileStep: theirs.compileStep },
    why: `Engine: tensorflow (${library}) trains, since there is ${missing?.message}; onnxruntime, the faster one, measures and tests.`,
  };
}

/** Says why the gradients can't be found by our rules; undefined where they can. */
function missingRule(graph: Graph, samples: readonly SampleInput[]): NoGradientRule | undefined {
  const batch = fixedBatch(graph) ?? 1;
  const inputs = graph.inputs.map((input, i) => ({
    ...input,
    shape: [batch, ...(samples[i]?.shape ?? input.shape.slice(1))],
  }));
  const single = { ...graph, inputs };
  const trained = [...graph.weights.values()].filter(({ trainable }) => trainable).map((weight) => weight.name);
  try {
    const tape = new TrainingTape(single, inferShapes(single), trained);
    for (const node of graph.nodes) tape.forward(node);
    tape.backward(new Map(graph.outputs.map(({ name }) => [name, `gradient of ${name}`])));
    return undefined;
  } catch (error) {
    if (error instanceof NoGradientRule) return error;
    throw error;
  }
}

function notEvaluated({ type, layer }: Node, missing: NoGradientRule | undefined): UserError {
  const reason = `tensorflow cannot run ${type} (layer "${layer}")`;
  return missing
    ? new UserError(
        `No engine can train this model: ${reason}, and onnxruntime has ${missing.message}. It can be pruned by another measure and without retraining: --measure l1 --no-retrain (prune.measure, and retrain.epochs 0 in a recipe).`,
      )
    : new UserError(`${reason[0]?.toUpperCase()}${reason.slice(1)}. Set the engine to auto or onnxruntime.`);
}

async function describeTensorflow(threads: number): Promise<string> {
  const runtime = await loadTensorflow({ threads });
  const count = `${runtime.threads} thread${runtime.threads === 1 ? '' : 's'}`;
  return runtime.backend === 'native' ? `TensorFlow ${runtime.library}, ${count}` : `WebAssembly, ${count}`;
}
