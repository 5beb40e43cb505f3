// Pad: around the axes, with zeros, another value or what lies inside. https://onnx.ai/onnx/operators/onnx__Pad.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension, Node } from '../model/graph';
import { integers } from '../model/tensor';
import {
  type Axis,
  axisWithin,
  type Evaluation,
  input,
  type Known,
  NoGradientRule,
  type Operator,
  output,
  type Widths,
} from './operator';
import { restated } from './stated-sizes';
import { wholeNumbers } from './whole-numbers';

type Amounts = readonly [before: number, after: number];

/** The axes in the order of their amounts: those named (input 3), or all. Undefined where only a run tells. */
function axesOf(node: Node, rank: number, { constant }: Pick<Known, 'constant'>): readonly number[] | undefined {
  const named = node.inputs[3];
  if (!named) return Array.from({ length: rank }, (_, axis) => axis);
  const axes = constant(named);
  return axes && integers(axes).map((axis) => axisWithin(axis, rank));
}

/**
 * What comes before and after each axis. Undefined for an axis where it is known only when the model runs: "same" padding
 * that a file works out itself is, of its images.
 */
function padsOf(node: Node, rank: number, known: Known): readonly (Amounts | undefined)[] {
  const padded = axesOf(node, rank, known);
  const amounts = known.sizes(input(node, 1))?.map(({ value }) => value);
  if (amounts === undefined || padded === undefined) return Array.from({ length: rank }, () => undefined);
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

/** Whether what it adds is one value: then an added element is an element like others, and fewer can be added. */
function addsConstant(node: Node): boolean {
  return (node.attributes.mode ?? 'constant') === 'constant';
}

/** What is added, as TensorFlow.js wants it. */
function paired(pads: readonly Amounts[]): [number, number][] {
  return pads.map(([before, after]) => [Math.max(0, before), Math.max(0, after)]);
}

/** What is left once less than nothing was added. */
function cropped(value: TfTensor, pads: readonly Amounts[], tf: Evaluation['tf']): TfTensor {
  if (pads.flat().every((amount) => amount >= 0)) return value;
  const starts = pads.map(([before]) => Math.max(0, -before));
  const sizes = pads.map(([, after], axis) => (value.shape[axis] ?? 0) - (starts[axis] ?? 0) + Math.min(0, after));
  return tf.slice(value, starts, sizes);
}

/** What is added to an axis, or taken off it, once elements of both sides are gone. */
function padsAfter(pads: Amounts | undefined, widths: Widths, inner: Axis, outer: Axis): Amounts | undefined {
  const [kept, made] = [inner, outer].map(({ value, axis }) => widths.kept(value, axis));
  if (pads === undefined || (kept === undefined && made === undefined)) return pads;
  const sizes = [widths.before(inner.value)[inner.axis], widths.before(outer.value)[outer.axis]].map(Number);
  const [size = 0, total = 0] = sizes;
  const within = (list: Uint32Array | undefined, from: number, to: number): number =>
    list === undefined ? to - from : list.reduce((count, index) => count + (index >= from && index < to ? 1 : 0), 0);
  const [before, end] = pads;
  return [
    before >= 0 ? within(made, 0, before) : -within(kept, 0, -before),
    end >= 0 ? within(made, total - end, total) : -within(kept, size + end, size),
  ];
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
      const [before] = pads[axis] ?? [];
      const [inner, outer] = [
        { value, axis },
        { value: result, axis },
      ];
      if (pads[axis]?.every((amount) => amount === 0)) ties.tie(inner, outer);
      else if (before === undefined || !addsConstant(node)) {
        const reason = before === undefined ? 'what Pad adds to it only a run tells' : 'Pad repeats what lies on it';
        for (const side of [inner, outer]) ties.freeze(side, reason);
      } else {
        if (before >= 0) ties.tie(inner, outer, before);
        else ties.tie(outer, inner, -before);
        // A border of positions, which stay, is no channel.
        ties.frame(inner, outer, 'Pad adds to it');
      }
    });
  },
  resize(node, widths) {
    const [value, result] = [input(node, 0), output(node)];
    const shape = widths.before(value);
    const axes = axesOf(node, shape.length, widths) ?? [];
    const pads = padsOf(node, shape.length, widths);
    const after = axes.map((axis) => padsAfter(pads[axis], widths, { value, axis }, { value: result, axis }));
    const isSame = (own: Amounts | undefined, axis: number): boolean =>
      own?.[0] === pads[axis]?.[0] && own?.[1] === pads[axis]?.[1];
    if (after.every((own, i) => isSame(own, axes[i] as number))) return node;
    const amounts = [0, 1].flatMap((side) => after.map((own) => own?.[side]));
    return { ...node, inputs: [value, restated(node, 1, amounts, widths), ...node.inputs.slice(2)] };
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const pads = padsOf(node, tape.shape(x).length, tape);
      if (!isKnown(pads) || !addsConstant(node)) {
        throw new NoGradientRule(node, 'Pad by other than constant amounts of one value, as of');
      }
      // What was added is taken off again, and the other way around.
      const amounts = [0, 1].flatMap((side) => pads.map((own) => -(own[side] ?? 0)));
      return [tape.op('Pad', [gradient, tape.ints(amounts)])];
    };
  },
  evaluate(node, [x, amounts], { tf, constant }) {
    const whole = x as TfTensor;
    const sizes = (name: string) => wholeNumbers(name, amounts, constant)?.map((size) => ({ value: size, from: [] }));
    const pads = padsOf(node, whole.rank, { constant, sizes });
    const filling = Number((node.inputs[2] ? constant(node.inputs[2])?.data[0] : undefined) ?? 0);
    if (!isKnown(pads)) throw new Error(`Pad "${node.name}": its amounts are computed`);
    const value = cropped(whole, pads, tf);
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
