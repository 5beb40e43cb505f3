// One training step as a graph: forward, loss, backward and optimizer; the new weights are outputs, fed back as inputs.
import type { DifferentiatedGraph } from '../engines/engine';
import type { Graph, Node, Shape, Value } from '../model/graph';
import { inferShapes } from '../ops/infer';
import type { LossValues } from './loss/loss';
import { answersOf, type Objective, targetShape, untilLogits } from './objective';
import { emitUpdate, type OptimizerOptions, stateCount, stepInputs } from './optimizer';
import { type Mask, TrainingTape } from './tape';
import type { Distillation } from './teacher';

export interface StepGraph {
  readonly graph: Graph;
  /** Where the engine finds the gradients: what `graph` is but for the backward pass. */
  readonly differentiated?: DifferentiatedGraph;
  /** The inputs of the model itself. */
  readonly inputs: readonly Value[];
  /** Of the objectives' targets, in their order, as they are fed. */
  readonly targets: readonly (readonly number[])[];
  /** Of the objectives' logits, in their order; a teacher's are fed under `teacherOf`. */
  readonly logits: readonly (readonly number[])[];
  /** What a step carries to the next: every weight and optimizer state, by the name it is fed under. */
  readonly carried: readonly Carried[];
  readonly masks: readonly Mask[];
  /** The sum of the objectives' losses. */
  readonly loss: string;
  /** Samples of the batch that the first objective counts as right, where it counts any. */
  readonly correct?: string;
}

export interface Carried {
  readonly name: string;
  readonly shape: readonly number[];
  /** The output that is its next value. */
  readonly next: string;
  /** True for a weight, false for optimizer state (which starts at zero). */
  readonly weight: boolean;
}

/** The input under which the mask of a sparse weight is fed. */
export function maskOf(weight: string): string {
  return `step/kept/${weight}`;
}

/** The input under which a teacher's logits are fed, by the objective's place. */
export function teacherOf(objective: number): string {
  return `step/teacher_${objective}`;
}

/**
 * @param batch samples a step.
 * @param samples shapes of the inputs, without the batch.
 * @param sparse weights whose zeros must stay zero; their masks (1 or 0) are fed under `maskOf(name)`.
 * @param automatic leaves the backward pass to the engine's automatic differentiation.
 * @param distillation mixes a teacher's logits into the losses.
 */
export function stepGraph(
  model: Graph,
  batch: number,
  samples: readonly (readonly number[])[],
  objectives: readonly Objective[],
  optimizer: OptimizerOptions,
  sparse: ReadonlySet<string>,
  automatic = false,
  distillation?: Distillation,
): StepGraph {
  const inputs = model.inputs.map((input, i) => ({
    ...input,
    shape: [batch, ...(samples[i] ?? input.shape.slice(1))],
  }));
  const graph = untilLogits({ ...model, inputs }, objectives);
  const trained = [...model.weights.values()].filter((weight) => weight.trainable).map((weight) => weight.name);
  const tape = new TrainingTape(graph, inferShapes(graph), trained);
  for (const node of graph.nodes) automatic ? tape.forwardOnly(node) : tape.forward(node);
  const forward = [...tape.nodes];
  const losses = objectives.map((objective, i) => emitLoss(tape, objective, i, distillation));
  const logits = objectives.map((objective) => tape.shape(objective.logits).map(Number));
  const [first, ...others] = losses;
  if (first === undefined) throw new Error('a training without a target');
  const loss = others.length === 0 ? first.value : tape.op('Sum', [first.value, ...others.map((other) => other.value)]);
  const { correct } = first;
  const seeds = seedsOf(tape, objectives, losses);
  const behind = tape.nodes.length;
  const gradients = automatic ? gradientNames(trained, graph.nodes, [...seeds.keys()]) : tape.backward(seeds);
  const targets = objectives.map((objective) => targetShape(objective, tape.shape(objective.logits)));

  const carried: Carried[] = [];
  for (const name of trained) {
    const gradient = gradients.get(name);
    if (gradient === undefined) continue;
    const { shape } = weightOf(model, name);
    const state = Array.from({ length: stateCount(optimizer) }, (_, i) => `state/${i}/${name}`);
    const update = emitUpdate(tape, optimizer, name, gradient, state);
    const next = sparse.has(name) ? tape.op('Mul', [update.weight, maskOf(name)]) : update.weight;
    carried.push({ name, shape, next, weight: true });
    state.forEach((stateName, i) => {
      carried.push({ name: stateName, shape, next: update.state[i] ?? '', weight: false });
    });
  }
  for (const [name, next] of tape.updates)
    carried.push({ name, shape: weightOf(model, name).shape, next, weight: true });

  const value = (name: string, shape: Shape, type: Value['type'] = 'float32'): Value => ({ name, shape, type });
  const held = new Set(carried.map(({ name }) => name));
  const step: Graph = {
    inputs: [
      ...inputs,
      ...objectives.map((objective, i) =>
        value(objective.input, targets[i] ?? [], objective.loss.target === 'classes' ? 'int64' : 'float32'),
      ),
      ...(distillation ? logits.map((shape, i) => value(teacherOf(i), shape)) : []),
      ...stepInputs(optimizer).map((name) => value(name, [])),
      ...tape.maskInputs(),
      ...carried.map(({ name, shape }) => value(name, shape)),
      ...[...model.weights.values()].filter(({ name }) => !held.has(name)).map(({ name, shape }) => value(name, shape)),
      ...[...sparse].filter((name) => held.has(name)).map((name) => value(maskOf(name), weightOf(model, name).shape)),
    ],
    outputs: [
      value(loss, []),
      ...(correct === undefined ? [] : [value(correct, [])]),
      ...carried.map(({ next, shape }) => value(next, shape)),
    ],
    nodes: tape.nodes,
    weights: new Map(),
    constants: tape.constants,
  };
  return {
    graph: step,
    ...(automatic && {
      differentiated: {
        graph: { ...step, nodes: tape.nodes.slice(behind) },
        forward,
        loss: tape.nodes.slice(forward.length, behind),
        seeds,
        gradients,
      },
    }),
    inputs,
    targets,
    logits,
    carried,
    masks: tape.masks,
    loss,
    ...(correct !== undefined && { correct }),
  };
}

/** The loss of one objective: its own, the teacher's, or both in their shares. */
function emitLoss(
  tape: TrainingTape,
  objective: Objective,
  index: number,
  distillation: Distillation | undefined,
): LossValues {
  const { loss, logits, input, classAxis } = objective;
  const answers = answersOf(tape, objective);
  const own = loss.emit(tape, logits, input, answers, classAxis);
  if (distillation === undefined) return own;
  const { temperature, weight } = distillation;
  const teacher = teacherOf(index);
  const theirs = loss.distil
    ? loss.distil(tape, logits, teacher, temperature, answers, classAxis)
    : loss.emit(tape, logits, teacher, answers, classAxis);
  const mixed = (mine: string, other: string): string =>
    tape.op('Add', [tape.op('Mul', [mine, tape.float(1 - weight)]), tape.op('Mul', [other, tape.float(weight)])]);
  return { ...own, value: mixed(own.value, theirs.value), gradient: mixed(own.gradient, theirs.gradient) };
}

/** Names for the gradients of the weights that some of the values depend on. */
function gradientNames(
  trained: readonly string[],
  nodes: readonly Node[],
  values: readonly string[],
): Map<string, string> {
  const read = new Set(values);
  for (const { inputs, outputs } of [...nodes].reverse()) {
    if (outputs.some((name) => read.has(name))) for (const name of inputs) read.add(name);
  }
  return new Map(trained.filter((name) => read.has(name)).map((name) => [name, `gradient/${name}`]));
}

/** The losses' gradients, by the values they are of; two losses of one value add up. */
function seedsOf(tape: TrainingTape, objectives: readonly Objective[], losses: readonly LossValues[]) {
  const seeds = new Map<string, string>();
  losses.forEach(({ gradient }, i) => {
    const { logits } = objectives[i] as Objective;
    const other = seeds.get(logits);
    seeds.set(logits, other === undefined ? gradient : tape.op('Add', [other, gradient]));
  });
  return seeds;
}

function weightOf(model: Graph, name: string) {
  const weight = model.weights.get(name);
  if (weight === undefined) throw new Error(`no weight "${name}"`);
  return weight;
}
