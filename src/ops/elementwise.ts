// What all operators have in common that work on one value, element by element.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { type Evaluation, input, type Operator, output, type Tape, type Ties } from './operator';

interface Elementwise {
  readonly monotone?: Operator['monotone'];
  /** The derivative times the gradient: x and y are the operator's input and output. */
  readonly gradient: (tape: Tape, gradient: string, x: string, y: string, node: Node) => string;
  readonly evaluate: (x: TfTensor, run: Evaluation, node: Node) => TfTensor;
}

export function elementwise(type: string, { monotone, gradient, evaluate }: Elementwise): Operator {
  return {
    type,
    pointwise: true,
    ...(monotone && { monotone }),
    shapes: (_, [shape = []]) => [shape],
    ties: tieAll,
    differentiate(node, tape) {
      tape.keep(node);
      const x = input(node, 0);
      return ([incoming]) => [
        incoming !== undefined && tape.wants(x) ? gradient(tape, incoming, x, output(node), node) : undefined,
      ];
    },
    evaluate: (node, [x], run) => evaluate(x as TfTensor, run, node),
  };
}

/** Ties every axis of the input with the same of the output. */
export function tieAll(node: Node, ties: Ties): void {
  const [value, result] = [input(node, 0), output(node)];
  ties.shape(value).forEach((_, axis) => {
    ties.tie({ value, axis }, { value: result, axis });
  });
}

/** 1 where the condition holds, else 0, as float32. */
export function indicator(tape: Tape, condition: string): string {
  return tape.op('Cast', [condition], { to: 1 });
}

export const always = (): boolean => true;

/** Of what is flat almost everywhere, or no number at all: no gradient goes back. */
export const vanishing = (tape: Tape, gradient: string): string => tape.op('Mul', [gradient, tape.float(0)]);
