// Resize by scales (input 2) or to sizes (input 3): every axis on its own. https://onnx.ai/onnx/operators/onnx__Resize.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { type Dimension, fixed, type Node, type Shape } from '../model/graph';
import type { Tensor } from '../model/tensor';
import { interpolation } from './interpolation';
import { fromStart, input, type Known, listAttribute, type Operator, output, type Tape } from './operator';
import { isStale, restated } from './stated-sizes';

interface Resized {
  readonly axis: number;
  readonly scale?: number;
  /** The size made. */
  readonly to: Dimension;
}

/** What is said of the axes, or of those that the attribute names; undefined where it is known only at run time. */
function resizedAxes(node: Node, shape: Shape, { constant, sizes }: Known): Resized[] | undefined {
  const all = shape.map((_, axis) => axis);
  const named = listAttribute(node, 'axes', all).map((axis) => fromStart(axis, shape.length));
  const scales = numbersOf(node.inputs[2], constant);
  if (scales !== undefined && scales.length > 0) {
    return named.map((axis, i) => {
      const [scale = 1, size = 1] = [scales[i], shape[axis]];
      const to = typeof size === 'number' ? Math.floor(size * scale) : scale === 1 ? size : `${node.name}_${axis}`;
      return { axis, scale, to };
    });
  }
  const wanted = node.inputs[3] ? sizes(node.inputs[3]) : undefined;
  if (wanted === undefined || keepsAspect(node)) return undefined;
  return named.map((axis, i) => ({ axis, to: wanted[i]?.value ?? 1 }));
}

function keepsAspect(node: Node): boolean {
  return (node.attributes.keep_aspect_ratio_policy ?? 'stretch') !== 'stretch';
}

function numbersOf(name: string | undefined, constant: (name: string) => Tensor | undefined): number[] | undefined {
  const tensor = name ? constant(name) : undefined;
  return tensor && Array.from(tensor.data as ArrayLike<number>, Number);
}

/** Axes whose size changes, with the matrix [to, from] that does it. */
function matrices(node: Node, from: Shape, to: Shape, known: Known): { axis: number; matrix: Float32Array }[] {
  if (node.attributes.coordinate_transformation_mode === 'tf_crop_and_resize' || node.attributes.antialias === 1) {
    throw new Error(`no gradient rule for Resize "${node.name}", which crops or smooths`);
  }
  const stated = resizedAxes(node, from, known) ?? [];
  return from.flatMap((_, axis) => {
    const [before, after] = [fixed(from, axis), fixed(to, axis)];
    const scale = stated.find((entry) => entry.axis === axis)?.scale ?? after / before;
    return before === after ? [] : [{ axis, matrix: interpolation(node, before, after, scale) }];
  });
}

export const resize: Operator = {
  type: 'Resize',
  shapeInputs: [3],
  shapes(node, [shape = []], known) {
    const axes = resizedAxes(node, shape, known);
    const made = new Map(axes?.map(({ axis, to }) => [axis, to]));
    return [shape.map((size, axis) => (axes ? (made.get(axis) ?? size) : `${node.name}_${axis}`))];
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const made = ties.shape(result);
    ties.shape(value).forEach((size, axis) => {
      if (size === made[axis] && axis < 2) ties.tie({ value, axis }, { value: result, axis });
      else for (const name of [value, result]) ties.freeze({ value: name, axis }, 'Resize blends along it');
    });
  },
  resize(node, widths) {
    const target = node.inputs[3] ? widths.sizes(node.inputs[3]) : undefined;
    if (target === undefined) return node;
    const [before, after] = [widths.before(output(node)), widths.after(output(node))];
    const all = before.map((_, axis) => axis);
    const named = listAttribute(node, 'axes', all).map((axis) => fromStart(axis, before.length));
    const changed = named.some((axis, i) => {
      const own = target[i];
      return (
        own !== undefined && typeof own.value === 'number' && (before[axis] !== after[axis] || isStale(own, widths))
      );
    });
    if (!changed) return node;
    const wanted = named.map((axis, i) => (typeof target[i]?.value === 'number' ? Number(after[axis]) : undefined));
    return { ...node, inputs: [...node.inputs.slice(0, 3), restated(node, 3, wanted, widths)] };
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const [from, to] = [tape.shape(x), tape.shape(output(node))];
      const known: Known = { constant: tape.constant.bind(tape), sizes: () => undefined };
      return [
        matrices(node, from, to, known).reduce(
          (value, { axis, matrix }) =>
            along(tape, value, axis, from.length, matrix, fixed(to, axis), fixed(from, axis)),
          gradient,
        ),
      ];
    };
  },
  evaluate(node, [x], { tf, constant }) {
    const value = x as TfTensor;
    const known: Known = { constant, sizes: (name) => integersAsSizes(constant(name)) };
    const [to = []] = resize.shapes(node, [value.shape], known);
    return matrices(node, value.shape, to, known).reduce((current, { axis, matrix }) => {
      const [size = 1, rank] = [current.shape[axis], current.rank];
      const order = current.shape.map((_, i) => i);
      [order[axis], order[rank - 1]] = [rank - 1, axis];
      const last = tf.transpose(current, order);
      const kernel = tf.tensor2d(matrix, [matrix.length / size, size]);
      const flat = tf.matMul(tf.reshape(last, [-1, size]), kernel as never, false, true);
      const made = tf.reshape(flat, [...last.shape.slice(0, -1), matrix.length / size]);
      return tf.transpose(made, order);
    }, value);
  },
};

function integersAsSizes(tensor: Tensor | undefined) {
  return tensor && Array.from(tensor.data as ArrayLike<number>, (value) => ({ value: Number(value), from: [] }));
}

/** Brings an axis of a gradient back from its new size to the one before. */
function along(
  tape: Tape,
  value: string,
  axis: number,
  rank: number,
  matrix: Float32Array,
  to: number,
  from: number,
): string {
  const kernel = tape.op('Reshape', [tape.floats([...matrix]), tape.ints([to, from])]);
  const order = Array.from({ length: rank }, (_, i) => i);
  if (axis === rank - 1) return tape.op('MatMul', [value, kernel]);
  [order[axis], order[rank - 1]] = [rank - 1, axis];
  const swapped = tape.op('Transpose', [value], { perm: order });
  return tape.op('Transpose', [tape.op('MatMul', [swapped, kernel])], { perm: order });
}
