// Pad: around the axes, with zeros, another value or what lies inside. https://onnx.ai/onnx/operators/onnx__Pad.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension, Node } from '../model/graph';
import { integers } from '../model/tensor';
import { fromStart, input, type Known, NoGradientRule, type Operator, output } from './operator';
import { wholeNumbers } from './whole-numbers';

type Amounts = readonly [before: number, after: number];

/**
 * What comes before and after each axis: the amounts are those of the axes named (input 3), or of all. Undefined for an
 * axis where they are known only when the model runs: "same" padding that a file works out itself is, of its images.
 */
function padsOf(node: Node, rank: number, { constant, sizes }: Known): readonly (Amounts | undefined)[] {
  const [pads, named] = [input(node, 1), node.inputs[3]];
  const axes = named ? constant(named) : undefined;
  const amounts = sizes(pads)?.map(({ value }) => value);
  if (amounts === undefined || (named && !axes)) return Array.from({ length: rank }, () => undefined);
  const padded = axes ? integers(axes).map((axis) => fromStart(axis, rank)) : Array.from({ length: rank }, (_, i) => i);
  const result = Array.from({ length: rank }, (): Amounts | undefined => [0, 0]);
  padded.forEach((axis, i) => {
    const [before = 0, after = 0] = [amounts[i], amounts[i + padded.length]];
    result[axis] = typeof before === 'number' && typeof after === 'number' ? [before, after] : undefined;
  });
  return result;
}

function isKnown(pads: readonly (Amounts | undefined)[]): pads is readonly Amounts[] {
  return !pads.includes(undefined);
}

/** As TensorFlow.js wants them. */
function paired(pads: readonly Amounts[]): [number, number][] {
  return pads.map(([before, after]) => [before, after]);
}

export const pad: Operator = {
  type: 'Pad',
  shapes: (node, [shape = []], known) => {
    const pads = padsOf(node, shape.length, known);
    return [
      shape.map((size, axis): Dimension => {
        const [before, after] = pads[axis] ?? [];
        if (before === 0 && after === 0) return size;
        if (typeof size !== 'number' || before === undefined || after === undefined) return `${node.name}_${axis}`;
        return size + before + after;
      }),
    ];
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const shape = ties.shape(value);
    const pads = padsOf(node, shape.length, ties);
    shape.forEach((_, axis) => {
      if (pads[axis]?.every((amount) => amount === 0)) ties.tie({ value, axis }, { value: result, axis });
      else for (const padded of [value, result]) ties.freeze({ value: padded, axis }, 'Pad adds to it');
    });
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const shape = tape.shape(x).map(Number);
      const pads = padsOf(node, shape.length, tape);
      if (!isKnown(pads) || (node.attributes.mode ?? 'constant') !== 'constant') {
        throw new NoGradientRule(node, 'Pad by other than constant amounts of one value, as of');
      }
      const starts = pads.map(([before]) => before);
      const ends = shape.map((size, axis) => size + (starts[axis] ?? 0));
      const axes = shape.map((_, axis) => axis);
      return [tape.op('Slice', [gradient, tape.ints(starts), tape.ints(ends), tape.ints(axes)])];
    };
  },
  evaluate(node, [x, amounts], { tf, constant }) {
    const value = x as TfTensor;
    const sizes = (name: string) => wholeNumbers(name, amounts, constant)?.map((size) => ({ value: size, from: [] }));
    const pads = padsOf(node, value.rank, { constant, sizes });
    const filling = Number((node.inputs[2] ? constant(node.inputs[2])?.data[0] : undefined) ?? 0);
    if (!isKnown(pads)) throw new Error(`Pad "${node.name}": its amounts are computed`);
    switch (node.attributes.mode ?? 'constant') {
      case 'constant':
        return tf.pad(value, paired(pads), filling);
      case 'reflect':
        return tf.mirrorPad(value, paired(pads), 'reflect');
      default:
        throw new Error(`Pad "${node.name}": mode ${node.attributes.mode} is not known`);
    }
  },
};
