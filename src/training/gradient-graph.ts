// A graph of gradients: the network as it is at inference, the loss of each sample, and from there back to values inside
// the network. Nothing is trained.
import type { Split } from '../data/dataset';
import type { DifferentiatedGraph } from '../engines/engine';
import { fixedBatch, type Graph, type Node, type Value } from '../model/graph';
import { needed } from '../model/needed';
import { elementCount, float32, type Tensor } from '../model/tensor';
import type { NodeEmitter } from '../ops/emitter';
import { inferShapes, shapeOf } from '../ops/infer';
import { atInference } from './at-inference';
import { type DrawnTarget, drawnTarget } from './drawn-target';
import type { LossName } from './loss/loss';
import { answersOf, ignoredBy, type Objective, objectivesOf, targetShape, untilLogits } from './objective';
import { TrainingTape } from './tape';

export interface GradientOptions {
  /** Default: what suits the targets. */
  readonly loss?: LossName;
  /** The data's own, or drawn at random from what the model says. */
  readonly targets: 'given' | 'drawn';
}

/** What is there to emit from. */
export interface Gradients {
  readonly tape: NodeEmitter;
  /** Of each sample's own loss; undefined where the loss does not depend on the value. */
  of(value: string): string | undefined;
  /** [batch]: 1 for each row that holds a sample, 0 for those that fill the last batch up. */
  readonly filled: string;
}

export interface GradientGraph {
  readonly graph: Graph;
  /** Where the engine finds the gradients: what `graph` is but for the backward pass. */
  readonly differentiated?: DifferentiatedGraph;
  /** Zeros to feed, by name: what is added to a value, so that the engine finds its gradient. */
  readonly shifts: ReadonlyMap<string, Tensor>;
  readonly batch: number;
  /** The inputs of the model itself. */
  readonly inputs: readonly Value[];
  /** As they are fed: the data's targets, or noise to draw them by. */
  readonly given: readonly { readonly objective: Objective; readonly shape: readonly number[] }[];
  readonly drawn: readonly DrawnTarget[];
  readonly filled: string;
  /** Names of the values to add up. */
  readonly sums: readonly string[];
}

/** Samples a run: fewer than training takes by default, as there is a gradient of every value to hold. */
const BATCH = 32;
const FILLED = 'gradients/filled';

/**
 * @param wanted values of the graph to find gradients of.
 * @param emit returns the values to add up over the batches: of one size at every batch.
 * @param automatic leaves the backward pass to the engine's automatic differentiation.
 * Throws NoGradientRule where an operator behind one of them has no rule, unless it is automatic.
 */
export function gradientGraph(
  model: Graph,
  split: Split,
  wanted: readonly string[],
  emit: (gradients: Gradients) => readonly string[],
  options: GradientOptions,
  automatic = false,
): GradientGraph {
  const batch = fixedBatch(model) ?? Math.min(BATCH, split.count);
  const inputs = model.inputs.map((input, i) => ({ ...input, shape: [batch, ...(split.inputs[i]?.shape ?? [])] }));
  const objectives = objectivesOf(model, split.targets, options.loss);
  const trained = untilLogits({ ...model, inputs }, objectives);
  const inference = atInference(trained, inferShapes(trained));
  const { graph: forward, shifts } = automatic ? withShifts(inference, wanted) : { graph: inference, shifts: NONE };
  const tape = new TrainingTape(forward, inferShapes(forward), wanted);
  for (const node of forward.nodes) automatic ? tape.forwardOnly(node) : tape.forward(node);
  const lossFrom = tape.nodes.length;
  const targets = objectives.map((objective) => ({
    objective,
    shape: targetShape(objective, tape.shape(objective.logits)),
  }));
  const drawn =
    options.targets === 'drawn'
      ? objectives.map((objective) => drawnTarget(objective, tape.shape(objective.logits).map(Number)))
      : [];
  const seeds = lossGradients(tape, objectives, drawn, batch);
  const behind = tape.nodes.length;
  const found = new Map([...shifts.keys()].map((shift) => [shift, `gradient of ${shift}`]));
  const gradients = automatic
    ? new Map(
        wanted.map((value) => [value, found.get(shiftOf(value)) ?? '']).filter(([, name]) => name) as [
          string,
          string,
        ][],
      )
    : tape.backward(seeds);
  const sums = emit({ tape, of: (value) => gradients.get(value), filled: FILLED });
  // Where targets are drawn, the data's own still say which of them count.
  const given = drawn.length > 0 ? targets.filter(({ objective }) => ignoredBy(objective) !== undefined) : targets;
  const value = (name: string, shape: Value['shape'], type: Value['type'] = 'float32'): Value => ({
    name,
    shape,
    type,
  });
  const whole: Graph = {
    inputs: [
      ...inputs,
      value(FILLED, [batch]),
      ...drawn.map(({ noise, shape }) => value(noise, shape)),
      ...given.map(({ objective, shape }) =>
        value(objective.input, shape, objective.loss.target === 'classes' ? 'int64' : 'float32'),
      ),
    ],
    outputs: sums.map((name, i) => value(name, [`sums_${i}`])),
    nodes: tape.nodes,
    weights: model.weights,
    constants: tape.constants,
  };
  const result = { batch, inputs, given, drawn, filled: FILLED, sums, shifts };
  if (!automatic) return { graph: needed(whole), ...result };
  return {
    graph: whole,
    ...result,
    differentiated: {
      graph: { ...whole, nodes: tape.nodes.slice(behind) },
      forward: tape.nodes.slice(0, lossFrom),
      loss: tape.nodes.slice(lossFrom, behind),
      seeds,
      gradients: found,
    },
  };
}

const NONE: ReadonlyMap<string, Tensor> = new Map();

function shiftOf(value: string): string {
  return `${value}/shift`;
}

/** Zeros added to values: the gradient of what is added is the value's, and an input's is what an engine can find. */
function withShifts(graph: Graph, wanted: readonly string[]): { graph: Graph; shifts: Map<string, Tensor> } {
  const shapes = inferShapes(graph);
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const shifted = new Set(wanted.filter((value) => made.has(value)));
  const shifts = new Map(
    [...shifted].map((value): [string, Tensor] => {
      const shape = shapeOf(shapes, value).map(Number);
      return [shiftOf(value), float32(shape, new Float32Array(elementCount(shape)))];
    }),
  );
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const inputs = node.inputs.map((value) => (shifted.has(value) ? `${value}/shifted` : value));
    const added = node.outputs
      .filter((value) => shifted.has(value))
      .map((value): Node => {
        const name = `${value}/shifted`;
        return {
          name,
          type: 'Add',
          inputs: [value, shiftOf(value)],
          outputs: [name],
          attributes: {},
          layer: node.layer,
        };
      });
    return [{ ...node, inputs }, ...added];
  });
  const inputs = [...graph.inputs, ...[...shifts].map(([name, { type, shape }]): Value => ({ name, type, shape }))];
  return { graph: { ...graph, inputs, nodes }, shifts };
}

/** By logits: a loss is a mean over the batch, so that each sample's own gradient is its part times the batch. */
function lossGradients(
  tape: TrainingTape,
  objectives: readonly Objective[],
  drawn: readonly DrawnTarget[],
  batch: number,
): Map<string, string> {
  const seeds = new Map<string, string>();
  objectives.forEach((objective, i) => {
    const { loss, logits, input, classAxis } = objective;
    const target = drawn[i]?.emit(tape) ?? input;
    const { gradient } = loss.emit(tape, logits, target, answersOf(tape, objective), classAxis);
    const own = tape.op('Mul', [gradient, tape.float(batch)]);
    const other = seeds.get(logits);
    seeds.set(logits, other === undefined ? own : tape.op('Add', [other, own]));
  });
  return seeds;
}
