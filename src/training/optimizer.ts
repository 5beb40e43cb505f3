// Optimizers: how a gradient changes a weight, as nodes of the training graph.
import type { TrainingTape } from './tape';

export type OptimizerName = 'sgd' | 'adam' | 'adamw';

export interface OptimizerOptions {
  readonly name: OptimizerName;
  /** SGD: share of the last step that is taken again. */
  readonly momentum: number;
  /** SGD and Adam add weightDecay × weight to the gradient; AdamW shrinks the weight itself. */
  readonly weightDecay: number;
}

/** Adam's decay rates and the number that keeps its division finite (Kingma & Ba 2015). */
const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** What a step feeds besides the batch. */
export const LEARNING_RATE = 'step/learning_rate';
/** Adam: learning rate × √(1 − β₂ᵗ) / (1 − β₁ᵗ) and ε × √(1 − β₂ᵗ), the bias corrections of step t. */
export const ADAM_RATE = 'step/adam_rate';
export const ADAM_EPSILON = 'step/adam_epsilon';

export interface Update {
  /** The new weight's value and the new values of the optimizer's state, in the order of `stateCount`. */
  readonly weight: string;
  readonly state: readonly string[];
}

/** Tensors of a weight's size that the optimizer carries from step to step. */
export function stateCount({ name }: OptimizerOptions): number {
  return name === 'sgd' ? 1 : 2;
}

export function stepInputs({ name }: OptimizerOptions): string[] {
  return name === 'sgd' ? [LEARNING_RATE] : [LEARNING_RATE, ADAM_RATE, ADAM_EPSILON];
}

/** The numbers of step t (from 1) at a learning rate. */
export function stepValues(step: number, learningRate: number): ReadonlyMap<string, number> {
  const correction = Math.sqrt(1 - BETA_2 ** step);
  return new Map([
    [LEARNING_RATE, learningRate],
    [ADAM_RATE, (learningRate * correction) / (1 - BETA_1 ** step)],
    [ADAM_EPSILON, EPSILON * correction],
  ]);
}

export function emitUpdate(
  tape: TrainingTape,
  options: OptimizerOptions,
  weight: string,
  gradient: string,
  state: readonly string[],
): Update {
  return options.name === 'sgd'
    ? stochasticGradientDescent(tape, options, weight, gradient, state[0] ?? '')
    : adam(tape, options, weight, gradient, state[0] ?? '', state[1] ?? '');
}

/** v' = momentum × v + g + decay × w;  w' = w − rate × v'. */
function stochasticGradientDescent(
  tape: TrainingTape,
  { momentum, weightDecay }: OptimizerOptions,
  weight: string,
  gradient: string,
  velocity: string,
): Update {
  const decayed = decay(tape, weightDecay, weight, gradient);
  const next = momentum === 0 ? decayed : tape.op('Add', [tape.op('Mul', [velocity, tape.float(momentum)]), decayed]);
  return { weight: tape.op('Sub', [weight, tape.op('Mul', [next, LEARNING_RATE])]), state: [next] };
}

/** m' = β₁m + (1 − β₁)g;  v' = β₂v + (1 − β₂)g²;  w' = w − rate × m' / (√v' + ε), bias corrections in rate and ε. */
function adam(
  tape: TrainingTape,
  { name, weightDecay }: OptimizerOptions,
  weight: string,
  gradient: string,
  mean: string,
  square: string,
): Update {
  const decayed = name === 'adam' ? decay(tape, weightDecay, weight, gradient) : gradient;
  const nextMean = blend(tape, mean, decayed, BETA_1);
  const nextSquare = blend(tape, square, tape.op('Mul', [decayed, decayed]), BETA_2);
  const denominator = tape.op('Add', [tape.op('Sqrt', [nextSquare]), ADAM_EPSILON]);
  const step = tape.op('Div', [tape.op('Mul', [nextMean, ADAM_RATE]), denominator]);
  const shrunk =
    name === 'adamw' && weightDecay > 0
      ? tape.op('Sub', [weight, tape.op('Mul', [weight, tape.op('Mul', [LEARNING_RATE, tape.float(weightDecay)])])])
      : weight;
  return { weight: tape.op('Sub', [shrunk, step]), state: [nextMean, nextSquare] };
}

function decay(tape: TrainingTape, amount: number, weight: string, gradient: string): string {
  return amount === 0 ? gradient : tape.op('Add', [gradient, tape.op('Mul', [weight, tape.float(amount)])]);
}

/** rate × old + (1 − rate) × new. */
function blend(tape: TrainingTape, old: string, value: string, rate: number): string {
  const kept = tape.op('Mul', [old, tape.float(rate)]);
  return tape.op('Add', [kept, tape.op('Mul', [value, tape.float(1 - rate)])]);
}
