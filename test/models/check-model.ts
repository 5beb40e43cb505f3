// What every model has to stand: read, 30 % of the channels of each layer planned by their L1 norm and cut, the cut
// computes what the mask computes, written, read again, and the written file computes what the cut did.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxruntime } from '../../src/engines/onnxruntime';
import { openModel } from '../../src/formats/open';
import { type Dimension, type Graph, producer, type Value } from '../../src/model/graph';
import type { Model } from '../../src/model/model';
import { elementCount, float32, type Tensor } from '../../src/model/tensor';
import { loadValues } from '../../src/model/values';
import { costOf } from '../../src/ops/cost';
import { operatorFor } from '../../src/ops/index';
import { inferShapes } from '../../src/ops/infer';
import { candidatesOf } from '../../src/pruning/candidates';
import { cut } from '../../src/pruning/cut';
import { mask } from '../../src/pruning/mask';
import { planLayers, widthsFor } from '../../src/pruning/plan-widths';
import { measureOf } from '../../src/pruning/relevance/index';
import { measureRelevance } from '../../src/pruning/relevance/score';
import { random } from '../../src/random';
import { largestDifference } from '../tensors';

export interface Checked {
  /** Path of the cut model, where it was kept. */
  readonly written: string;
  readonly format: Model['container']['format'];
  readonly parameters: number;
  /** Channels of all layers that make some, how many of them can be cut, and how many were. */
  readonly channels: number;
  readonly prunable: number;
  readonly removed: number;
  readonly parametersAfter: number;
  /** Why layers can't be cut, each reason once, with how many layers it holds for. */
  readonly frozen: ReadonlyMap<string, number>;
  /** The largest difference as a share of the largest value. */
  readonly cutAgainstMask: number;
  readonly writtenAgainstCut: number;
  /** What can't be run here; the differences are then those of what it reads. */
  readonly notRun?: string;
  readonly warnings: readonly string[];
  /** Seconds to read, analyse and plan; to cut and write. */
  readonly seconds: readonly [number, number];
  /** Fed, and what the cut model made of it. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
}

export const RATIO = 0.3;

const engine = onnxruntime({ threads: 1 });

/** @param keep where to leave the written model; default: nowhere. */
export async function checkModel(path: string, keep?: string): Promise<Checked> {
  const started = performance.now();
  const model = await openModel(path);
  const l1 = await measureRelevance(measureOf('l1'), model, engine, undefined, { k: 4, seed: 1 });
  const candidates = candidatesOf(model, l1, { reduction: 'mean', normalization: 'none' });
  const plan = planLayers(
    candidates,
    widthsFor(candidates, () => RATIO),
  );
  const planned = performance.now();
  const graph = cut(model.graph, plan.channels, plan.removed);
  const scratch = mkdtempSync(join(tmpdir(), 'neuron-pruner-model-'));
  try {
    const folder = keep ?? join(scratch, 'cut');
    const written = await model.container.write({ ...model, graph }, folder);
    const done = performance.now();
    const again = await openModel(written);
    const fitting = await fittingSamples(model.graph);
    const inputs = fitting ?? samplesFor(model.graph, SEQUENCE_LENGTHS[0]);
    // What only another runtime can compute (a Lambda, a domain of its own) ends the comparison where it begins.
    const [whole, part] = fitting ? [model.graph, same] : [runnable(model.graph), runnable];
    const notRun = part === same ? undefined : opaqueNodes(model.graph);
    const made = await run(part(graph), inputs);
    const masked = await run(mask(whole, plan.channels, plan.removed), inputs);
    const reread = await run(part(again.graph), byPosition(again.graph, model.graph, inputs));
    const frozen = new Map<string, number>();
    for (const { frozen: reason } of candidates.layers) if (reason) frozen.set(reason, (frozen.get(reason) ?? 0) + 1);
    const all = candidates.layers.flatMap(({ channels }) => [...channels]);
    return {
      written,
      format: model.container.format,
      parameters: costOf(model).parameters,
      channels: all.length,
      prunable: all.filter((channel) => plan.channels.frozen(channel) === undefined).length,
      removed: plan.cuts.reduce((sum, { removed }) => sum + removed.length, 0),
      parametersAfter: costOf(again).parameters,
      frozen,
      cutAgainstMask: differenceOf(made, masked),
      writtenAgainstCut: differenceOf([...made.values()], [...reread.values()]),
      ...(notRun !== undefined && { notRun }),
      warnings: model.warnings,
      seconds: [(planned - started) / 1000, (done - planned) / 1000],
      inputs,
      outputs: made,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** One sample: a file may be for a batch of one alone, even where its graph is not. */
const BATCH = 1;
/** For every other size that only a run tells: images of 64 × 64, sequences as long as the model wants. */
const IMAGE_SIZE = 64;
const SEQUENCE_LENGTHS = [8, 512] as const;

/** Samples on which the whole model runs; undefined where there are none. */
async function fittingSamples(graph: Graph): Promise<Map<string, Tensor> | undefined> {
  for (const length of SEQUENCE_LENGTHS) {
    const samples = samplesFor(graph, length);
    if (await runs(graph, samples)) return samples;
  }
  return undefined;
}

function samplesFor(graph: Graph, length: number): Map<string, Tensor> {
  // A size of one name is the same wherever it stands: the batch may lie on any axis of a state.
  const batch = new Set(graph.inputs.map(({ shape }) => shape[0]));
  return new Map(graph.inputs.map((value) => [value.name, sampleFor(graph, value, batch, length)]));
}

function sampleFor(
  graph: Graph,
  { name, shape, type }: Value,
  batch: ReadonlySet<Dimension | undefined>,
  length: number,
): Tensor {
  const sizes = shape.map((size) => {
    if (typeof size === 'number') return size;
    if (batch.has(size)) return BATCH;
    return shape.length === 4 ? IMAGE_SIZE : length;
  });
  const source = random('sample', name);
  const count = elementCount(sizes);
  const rows = lookedUp(graph, name);
  const whole = (): number => Math.floor(source.next() * (rows ?? 8));
  switch (type) {
    case 'int64':
      return { type, shape: sizes, data: BigInt64Array.from({ length: count }, () => BigInt(whole())) };
    case 'int32':
      return { type, shape: sizes, data: Int32Array.from({ length: count }, whole) };
    default:
      return float32(
        sizes,
        Float32Array.from({ length: count }, () => (rows === undefined ? source.normal() : whole())),
      );
  }
}

/** How many rows there are to look up, where a value is a list of their numbers. */
function lookedUp(graph: Graph, name: string): number | undefined {
  for (const node of graph.nodes) {
    if (node.type !== 'Gather') continue;
    let value = node.inputs[1] ?? '';
    for (let maker = producer(graph, value); maker !== undefined; maker = producer(graph, value)) {
      value = maker.inputs[0] ?? '';
    }
    const rows = graph.weights.get(node.inputs[0] ?? '')?.shape[0];
    if (value === name && rows !== undefined) return rows;
  }
  return undefined;
}

const same = (graph: Graph): Graph => graph;

async function runs(graph: Graph, inputs: ReadonlyMap<string, Tensor>): Promise<boolean> {
  if (graph.nodes.every((node) => operatorFor(node) !== undefined)) return true;
  try {
    await run(graph, inputs);
    return true;
  } catch {
    // The engine may know an operator that we do not, or not.
    return false;
  }
}

function opaqueNodes(graph: Graph): string {
  const types = new Set(graph.nodes.filter((node) => operatorFor(node) === undefined).map(({ type }) => type));
  return `${[...types].join(', ')} can't be run here: compared up to there`;
}

/** The part of a graph that does not depend on opaque nodes; what they read from it is put out. */
function runnable(graph: Graph): Graph {
  const shapes = inferShapes(graph);
  const unknown = new Set<string>();
  const read = new Set<string>();
  const fed = new Set(graph.inputs.map(({ name }) => name));
  const nodes = graph.nodes.filter((node) => {
    const opaque = operatorFor(node) === undefined;
    if (!opaque && !node.inputs.some((name) => unknown.has(name))) {
      if (node.inputs.some((name) => fed.has(name))) for (const name of node.outputs) fed.add(name);
      return true;
    }
    for (const name of node.outputs) unknown.add(name);
    for (const name of node.inputs) read.add(name);
    return false;
  });
  const made = new Set(nodes.flatMap(({ outputs }) => outputs).filter((name) => fed.has(name)));
  const ends = [...new Set([...graph.outputs.map(({ name }) => name), ...read])].filter((name) => made.has(name));
  return { ...graph, nodes, outputs: ends.map((name) => ({ name, type: 'float32', shape: shapes.get(name) ?? [] })) };
}

async function run(graph: Graph, inputs: ReadonlyMap<string, Tensor>): Promise<Map<string, Tensor>> {
  if (graph.outputs.length === 0) return new Map();
  const program = await engine.compile(graph, await loadValues(graph));
  try {
    const made = await program.run(Object.fromEntries(inputs));
    return new Map(graph.outputs.map(({ name }) => [name, made[name] as Tensor]));
  } finally {
    await program.dispose();
  }
}

function byPosition(to: Graph, from: Graph, inputs: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(to.inputs.map(({ name }, i) => [name, inputs.get(from.inputs[i]?.name ?? '') as Tensor]));
}

type Results = ReadonlyMap<string, Tensor> | readonly Tensor[];

function differenceOf(actual: Results, expected: Results): number {
  const [left, right] = [[...actual.values()], [...expected.values()]];
  return Math.max(0, ...left.map((tensor, i) => largestDifference(tensor, right[i] as Tensor)));
}
