// What a training makes small: for every target a loss of one of the model's outputs.
import { classAxisOf } from '../data/class-axis';
import type { Target } from '../data/dataset';
import { TargetFeed } from '../data/feed';
import { readLabels } from '../data/labels';
import { UserError } from '../errors';
import type { Graph, Node, Shape } from '../model/graph';
import { axisBehind, type LastActivation, lastActivation } from '../model/last-activation';
import { needed } from '../model/needed';
import { elementCount } from '../model/tensor';
import { type Answers, everyAnswer, knownAnswers } from './loss/answers';
import { lossOf } from './loss/index';
import type { Loss, LossName } from './loss/loss';
import type { TrainingTape } from './tape';

export interface Objective {
  readonly loss: Loss;
  readonly target: Target;
  /** The output of the model. */
  readonly output: string;
  /** The value the loss is taken of: before a final Softmax or Sigmoid that the loss absorbs. */
  readonly logits: string;
  /** Nodes that rearrange those as the output is, where the activation is not the last node of the graph. */
  readonly rearranged: readonly Node[];
  /** Under which the target is fed. */
  readonly input: string;
  /** Axis of the classes, for a loss of class indices. */
  readonly classAxis: number;
}

/**
 * One for every target.
 * @param name of the loss; default: what suits each target and output. Throws UserError where it doesn't suit them.
 */
export function objectivesOf(graph: Graph, targets: readonly Target[], name?: LossName): Objective[] {
  return targets.map((target, i): Objective => {
    const output = graph.outputs[target.output];
    if (output === undefined) throw new Error(`no output ${target.output} for the target "${target.name}"`);
    const last = lastActivation(graph, output.name);
    const classAxis = classAxisOf(target, output.shape);
    const single = output.shape.at(classAxis) === 1;
    const loss = lossOf(name ?? defaultLoss(target, single, last?.node.type));
    checkSuits(loss, target, single);
    const found =
      last && absorbs(loss, last, classAxis, output.shape.length) ? beforeActivation(last, output.name) : {};
    return {
      loss,
      target,
      output: output.name,
      logits: output.name,
      rearranged: [],
      ...found,
      input: `step/target_${i}`,
      classAxis,
    };
  });
}

/** Whether the loss leaves the activation out: of classes only where that is over theirs. */
function absorbs({ absorbs: type }: Loss, last: LastActivation, classAxis: number, rank: number): boolean {
  const { node, rearranged } = last;
  if (node.type !== type) return false;
  if (type !== 'Softmax' || rearranged.length === 0) return true;
  const { axis = -1 } = node.attributes;
  return axisBehind(last, Number(axis), rank) === (classAxis + rank) % rank;
}

/** What the activation reads, rearranged as its result is. */
function beforeActivation(
  { node, rearranged }: LastActivation,
  output: string,
): Pick<Objective, 'logits' | 'rearranged'> {
  let logits = node.inputs[0] as string;
  const nodes = rearranged.map((behind, i): Node => {
    const [, ...others] = behind.inputs;
    const made = {
      ...behind,
      name: `${behind.name}/logits`,
      inputs: [logits, ...others],
      outputs: [`${output}/logits_${i}`],
    };
    logits = made.outputs[0] as string;
    return made;
  });
  return { logits, rearranged: nodes };
}

/** The graph that ends in what the losses are taken of. */
export function untilLogits(graph: Graph, objectives: readonly Objective[]): Graph {
  const outputs = objectives.map(({ logits }) => ({ name: logits, type: 'float32' as const, shape: [] }));
  const nodes = [...graph.nodes, ...objectives.flatMap(({ rearranged }) => rearranged)];
  return { ...needed({ ...graph, nodes, outputs }), outputs: graph.outputs };
}

/** What the objective's target is fed as, with the shape of its logits. */
export function targetShape({ loss, classAxis }: Objective, logits: Shape): number[] {
  const shape = logits.map(Number);
  return loss.target === 'values'
    ? shape
    : shape.filter((_, axis) => axis !== (classAxis + shape.length) % shape.length);
}

/** The label that says that nothing is known where it stands. */
export function ignoredBy({ target }: Objective): number | undefined {
  return target.kind === 'classes' ? target.ignored : undefined;
}

/** What the objective's loss is the mean over. */
export function answersOf(tape: TrainingTape, objective: Objective): Answers {
  const { loss, logits, input, classAxis } = objective;
  const axis = loss.target === 'classes' ? classAxis : undefined;
  const ignored = ignoredBy(objective);
  return ignored === undefined ? everyAnswer(tape, logits, axis) : knownAnswers(tape, logits, input, ignored, axis);
}

export function targetFeed({ loss, target, classAxis }: Objective, shape: readonly number[]): TargetFeed {
  // A label for each score of its own becomes a row of zeros with a one in it.
  if (
    loss.target === 'values' &&
    target.kind === 'classes' &&
    elementCount(shape.slice(1)) > elementCount(target.shape)
  ) {
    return new TargetFeed(oneHot(target, shape, classAxis), 'float32', shape);
  }
  return new TargetFeed(target, loss.target === 'classes' ? 'int64' : 'float32', shape);
}

/** @param single whether the output has one score for each answer. */
function defaultLoss(target: Target, single: boolean, operator: string | undefined): LossName {
  if (target.kind === 'values') return 'mse';
  if (target.kind === 'binary') return 'binary-cross-entropy';
  return single || operator === 'Sigmoid' ? 'binary-cross-entropy' : 'softmax-cross-entropy';
}

function checkSuits(loss: Loss, target: Target, single: boolean): void {
  if (loss.target === 'classes' && target.kind !== 'classes') {
    throw new UserError(
      `The loss ${loss.name} wants class labels, the target "${target.name}" holds numbers. Choose mse, mae or huber, or binary-cross-entropy for zeros and ones.`,
    );
  }
  if (loss.target === 'classes' && single) {
    throw new UserError(
      `The loss ${loss.name} wants a score for each class, the model has one output. Choose binary-cross-entropy.`,
    );
  }
}

function oneHot(target: Target & { kind: 'classes' }, shape: readonly number[], classAxis: number): Target {
  const axis = (classAxis + shape.length) % shape.length;
  const classes = shape[axis] ?? 1;
  /** Numbers from one class to the next: 1 where they lie last, else the positions behind. */
  const stride = elementCount(shape.slice(axis + 1));
  const { ignored } = target;
  return {
    kind: 'values',
    name: target.name,
    output: target.output,
    shape: shape.slice(1),
    async read(indices, out, draw) {
      const labels = readLabels(target, indices, draw);
      out.fill(0, 0, labels.length * classes);
      labels.forEach((label, i) => {
        const at = Math.floor(i / stride) * stride * classes + (i % stride);
        if (label !== ignored) out[at + label * stride] = 1;
        else for (let own = 0; own < classes; own++) out[at + own * stride] = ignored;
      });
    },
  };
}
