// What RNN, GRU and LSTM have in common: one weight for what is read, one for the state, blocks of rows a gate.
import type { Tensor2D, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node, type Shape } from '../model/graph';
import { elementCount } from '../model/tensor';
import { counted, perSample } from './multiple';
import { type Axis, type Evaluation, input, numberAttribute, type Operator, type Ties } from './operator';
import { type Activation, activationsOf } from './recurrent-activations';

/**
 * Made ready for one direction, then called step by step with what the gates read ([batch, gates · hidden]) and the
 * state; returns the state after it, the first of which the operator puts out.
 */
export type Stepper = (weights: StepWeights, run: Evaluation) => Step;
export type Step = (read: TfTensor, state: readonly TfTensor[]) => TfTensor[];

export interface StepWeights {
  readonly node: Node;
  /** [hidden, gates · hidden], and its bias [gates · hidden]. */
  readonly r: TfTensor;
  readonly rBias: TfTensor;
  readonly peepholes: TfTensor | undefined;
  /** In the order of the specification: f, g, h. */
  readonly activations: readonly Activation[];
}

interface Recurrent {
  readonly gates: number;
  /** Values that make up the state: the hidden one, and the cell of an LSTM. */
  readonly states: number;
  /** Names of the activations f, g, h that it has unless told otherwise. */
  readonly activations: readonly string[];
  readonly stepper: Stepper;
}

const DIRECTIONS = 'these are the directions';

const batchFirst = (node: Node): boolean => numberAttribute(node, 'layout', 0) !== 0;

export function recurrent(type: string, kind: Recurrent): Operator {
  const { gates, states } = kind;
  return {
    type,
    shapes(node, [x = [], w = [], r = []]) {
      const hidden = fixed(r, 2, `the recurrent weight of ${type} "${node.name}"`);
      const differ = typeof x[2] === 'number' && x[2] !== w[2];
      if (x.length !== 3 || w.length !== 3 || differ || w[1] !== gates * hidden) {
        throw new Error(
          `${type} "${node.name}": input [${x.join(', ')}] and weights [${w.join(', ')}], [${r.join(', ')}] do not fit`,
        );
      }
      const directions = w[0] ?? 1;
      const [sequence = 1, batch = 1] = batchFirst(node) ? [x[1], x[0]] : [x[0], x[1]];
      const all: Shape = batchFirst(node)
        ? [batch, sequence, directions, hidden]
        : [sequence, directions, batch, hidden];
      const last: Shape = batchFirst(node) ? [batch, directions, hidden] : [directions, batch, hidden];
      return [all, ...Array.from({ length: states }, () => last)];
    },
    ties(node, ties) {
      const [x, w, r] = [input(node, 0), input(node, 1), input(node, 2)];
      const hidden = fixed(ties.shape(r), 2);
      const unit = { value: r, axis: 2 };
      ties.tie({ value: x, axis: 2 }, { value: w, axis: 2 });
      for (const weight of [w, r]) tieBlocks(ties, unit, { value: weight, axis: 1 }, gates, hidden);
      const [bias, lengths, ...initial] = node.inputs.slice(3);
      if (bias) tieBlocks(ties, unit, { value: bias, axis: 1 }, 2 * gates, hidden);
      for (const state of initial.slice(0, states)) if (state) ties.tie(unit, { value: state, axis: 2 });
      const peepholes = initial[states];
      if (peepholes) tieBlocks(ties, unit, { value: peepholes, axis: 1 }, 3, hidden);
      const [all, ...last] = node.outputs;
      const [batch, sequence] = batchFirst(node) ? [0, 1] : [1, 0];
      if (lengths) ties.tie({ value: x, axis: batch }, { value: lengths, axis: 0 });
      if (all) {
        ties.tie(unit, { value: all, axis: 3 });
        ties.tie({ value: x, axis: batch }, { value: all, axis: batchFirst(node) ? 0 : 2 });
        ties.freeze({ value: all, axis: sequence }, `${type} goes along it`);
        ties.freeze({ value: all, axis: batchFirst(node) ? 2 : 1 }, DIRECTIONS);
      }
      ties.freeze({ value: x, axis: sequence }, `${type} goes along it`);
      for (const weight of [w, r, bias, peepholes]) {
        if (weight) ties.freeze({ value: weight, axis: 0 }, DIRECTIONS);
      }
      for (const state of [...initial.slice(0, states), ...last]) {
        if (!state) continue;
        ties.tie(unit, { value: state, axis: 2 });
        ties.tie({ value: x, axis: batch }, { value: state, axis: batchFirst(node) ? 0 : 1 });
        ties.freeze({ value: state, axis: batchFirst(node) ? 1 : 0 }, DIRECTIONS);
      }
    },
    contracts: (node) => [
      { input: { value: input(node, 0), axis: 2 }, weight: { value: input(node, 1), axis: 2 } },
      { weight: { value: input(node, 2), axis: 2 } },
    ],
    produces(node) {
      const weight = { value: input(node, 1), axis: 1 };
      const [all, last] = node.outputs;
      if (all) return { output: { value: all, axis: 3 }, weight };
      return last ? { output: { value: last, axis: 2 }, weight } : undefined;
    },
    macs(node, [x = [], w = [], r = []]) {
      const [batch, steps = 1] = batchFirst(node) ? x : [x[1], x[0]];
      const each = elementCount(w.map(Number)) + elementCount(r.map(Number));
      return perSample(batch) * elementCount(counted([steps])) * each;
    },
    resize(node, widths) {
      const hidden = fixed(widths.after(input(node, 2)), 2);
      return { ...node, attributes: { ...node.attributes, hidden_size: hidden } };
    },
    evaluate(node, inputs, run) {
      return evaluate(node, inputs, run, kind);
    },
  };
}

/** Element i of the units with element i of every block. */
function tieBlocks(ties: Ties, unit: Axis, blocks: Axis, count: number, size: number): void {
  for (let block = 0; block < count; block++) ties.tie(unit, blocks, block * size);
}

function evaluate(
  node: Node,
  inputs: readonly TfTensor[],
  run: Evaluation,
  { gates, states, activations, stepper }: Recurrent,
): TfTensor[] {
  const { tf } = run;
  if (node.attributes.clip !== undefined) throw new Error(`${node.type} "${node.name}": inputs that are clipped`);
  const x = batchFirst(node) ? tf.transpose(inputs[0] as TfTensor, [1, 0, 2]) : (inputs[0] as TfTensor);
  const [length = 1, batch = 1] = x.shape;
  const [w, r] = [inputs[1] as TfTensor, inputs[2] as TfTensor];
  const [directions = 1, rows = 1, hidden = 1] = r.shape;
  const bias = inputs[3] ?? tf.zeros([directions, 2 * rows]);
  const initial = Array.from({ length: states }, (_, i): TfTensor => {
    const given = inputs[5 + i];
    if (given === undefined) return tf.zeros([directions, batch, hidden]);
    return batchFirst(node) ? tf.transpose(given, [1, 0, 2]) : given;
  });
  const lengths = inputs[4];
  const sequence = tf.reshape(x, [length * batch, x.shape[2] ?? 1]);
  const made = Array.from({ length: directions }, (_, direction) => {
    const at = (tensor: TfTensor): TfTensor => tf.gather(tensor, direction);
    const [wBias, rBias] = tf.split(at(bias), 2) as [TfTensor, TfTensor];
    // What is read takes no state: one product for all steps.
    const read = tf.add(tf.matMul(sequence, tf.transpose(at(w)) as Tensor2D), wBias);
    const steps = tf.unstack(tf.reshape(read, [length, batch, rows]));
    const peepholes = inputs[5 + states] && at(inputs[5 + states] as TfTensor);
    const own = activationsOf(node, direction, activations, run);
    const step = stepper({ node, r: tf.transpose(at(r)), rBias, peepholes, activations: own }, run);
    const reverse = direction === 1 || node.attributes.direction === 'reverse';
    let state = initial.map(at);
    const outputs = new Array<TfTensor>(length);
    for (let i = 0; i < length; i++) {
      const place = reverse ? length - 1 - i : i;
      const next = step(steps[place] as TfTensor, state);
      const within = lengths && stepsWithin(lengths, place, run);
      // Past its end a sequence puts out zeros and keeps its state.
      state = within ? next.map((own, j) => choose(within, own, state[j] as TfTensor, run)) : next;
      outputs[place] = within ? tf.mul(within, next[0] as TfTensor) : (next[0] as TfTensor);
    }
    return { outputs: tf.stack(outputs), state };
  });
  const all = tf.stack(
    made.map(({ outputs }) => outputs),
    1,
  );
  const last = Array.from({ length: states }, (_, i) => tf.stack(made.map(({ state }) => state[i] as TfTensor)));
  if (rows !== gates * hidden) throw new Error(`${node.type} "${node.name}": its weights do not fit`);
  return batchFirst(node)
    ? [tf.transpose(all, [2, 0, 1, 3]), ...last.map((state) => tf.transpose(state, [1, 0, 2]))]
    : [all, ...last];
}

/** [batch, 1]: 1 where a step is within its sequence. */
function stepsWithin(lengths: TfTensor, place: number, { tf }: Evaluation): TfTensor {
  return tf.cast(tf.expandDims(tf.greater(tf.cast(lengths, 'float32'), place), 1), 'float32');
}

/** @param which 1 or 0. */
function choose(which: TfTensor, one: TfTensor, other: TfTensor, { tf }: Evaluation): TfTensor {
  return tf.add(tf.mul(which, one), tf.mul(tf.sub(1, which), other));
}

/** What the gates get from the state. */
export function fromState(hidden: TfTensor, r: TfTensor, bias: TfTensor, { tf }: Evaluation): TfTensor {
  return tf.add(tf.matMul(hidden as Tensor2D, r as Tensor2D), bias);
}
