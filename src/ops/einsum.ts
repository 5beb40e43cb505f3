// Einsum: axes named by letters; those the result lacks are multiplied and summed over.
// https://onnx.ai/onnx/operators/onnx__Einsum.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension, Node, Shape } from '../model/graph';
import { factored } from './multiple';
import type { Axis, Contraction } from './operator';
import { type Operator, output } from './operator';

interface Terms {
  /** The letters of each input, and of the result. */
  readonly inputs: readonly string[];
  readonly result: string;
}

/** Undefined for an equation with dots or a letter twice in a term, which no export known to us writes. */
function termsOf(node: Node): Terms | undefined {
  const equation = String(node.attributes.equation ?? '').replaceAll(' ', '');
  if (equation.includes('.')) return undefined;
  const [left = '', right] = equation.split('->');
  const inputs = left.split(',');
  if (inputs.length !== node.inputs.length || inputs.some((term) => new Set(term).size !== term.length))
    return undefined;
  const letters = [...inputs.join('')];
  const once = [...new Set(letters)].filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return { inputs, result: right ?? once.sort().join('') };
}

/** Where the letters that the result lacks lie, in the inputs that have them. */
function summed(node: Node): { letter: string; axes: Axis[] }[] {
  const terms = termsOf(node);
  if (terms === undefined) return [];
  const letters = new Set(terms.inputs.join(''));
  for (const letter of terms.result) letters.delete(letter);
  return [...letters].map((letter) => ({
    letter,
    axes: terms.inputs.flatMap((term, i) => {
      const axis = term.indexOf(letter);
      return axis < 0 ? [] : [{ value: node.inputs[i] ?? '', axis }];
    }),
  }));
}

export const einsum: Operator = {
  type: 'Einsum',
  shapes(node, inputs) {
    const terms = termsOf(node);
    if (terms === undefined) return [undefined];
    const sizes = new Map<string, Dimension>();
    terms.inputs.forEach((term, i) => {
      const shape: Shape = inputs[i] ?? [];
      if (shape.length !== term.length) {
        throw new Error(`Einsum "${node.name}": [${shape.join(', ')}] has not the axes ${term}`);
      }
      [...term].forEach((letter, axis) => {
        const size = shape[axis] ?? 1;
        if (!sizes.has(letter) || sizes.get(letter) === 1) sizes.set(letter, size);
      });
    });
    return [[...terms.result].map((letter) => sizes.get(letter) ?? 1)];
  },
  ties(node, ties) {
    const terms = termsOf(node);
    const places = new Map<string, Axis[]>();
    const all = [...(terms?.inputs ?? []), terms?.result ?? ''];
    all.forEach((term, i) => {
      const value = node.inputs[i] ?? output(node);
      [...term].forEach((letter, axis) => {
        const list = places.get(letter);
        if (list) list.push({ value, axis });
        else places.set(letter, [{ value, axis }]);
      });
    });
    for (const [first, ...others] of places.values()) for (const axis of others) ties.tie(first as Axis, axis);
    for (const { axes } of summed(node)) {
      if (axes.length === 1) ties.approximate(axes[0] as Axis, 'Einsum sums over it');
    }
  },
  contracts: (node) =>
    summed(node).flatMap(({ axes: [first, second] }): Contraction[] => {
      return first && second ? [{ input: first, weight: second }] : [];
    }),
  produces(node, shape) {
    const terms = termsOf(node);
    const [input = '', weight = ''] = terms?.inputs ?? [];
    // What the weight has and what it multiplies has not: what it makes.
    const made = [...weight].filter((letter) => !input.includes(letter) && terms?.result.includes(letter));
    const widest = made.sort((a, b) => sizeAt(b) - sizeAt(a))[0];
    if (terms === undefined || widest === undefined) return undefined;
    return {
      output: { value: output(node), axis: terms.result.indexOf(widest) },
      weight: { value: node.inputs[1] ?? '', axis: weight.indexOf(widest) },
    };
    function sizeAt(letter: string): number {
      return Number(shape(node.inputs[1] ?? '')[weight.indexOf(letter)]);
    }
  },
  macs(node, inputs) {
    const terms = termsOf(node);
    const sizes = new Map<string, number>();
    terms?.inputs.forEach((term, i) => {
      [...term].forEach((letter, axis) => {
        const size = inputs[i]?.[axis];
        sizes.set(letter, Math.max(sizes.get(letter) ?? 1, factored(size ?? 1).count));
      });
    });
    return [...sizes.values()].reduce((product, size) => product * size, 1);
  },
  differentiate(node, tape) {
    tape.keep(node);
    const terms = termsOf(node);
    return ([gradient]) => {
      if (gradient === undefined || terms === undefined) return [];
      return node.inputs.map((value, i) => {
        if (!tape.wants(value)) return undefined;
        const own = terms.inputs[i] ?? '';
        const others = node.inputs.flatMap((name, j) => (j === i ? [] : [{ name, term: terms.inputs[j] ?? '' }]));
        const known = new Set([terms.result, ...others.map(({ term }) => term)].join(''));
        if ([...own].some((letter) => !known.has(letter))) {
          throw new Error(`no gradient rule for Einsum "${node.name}", which sums one input over an axis of its own`);
        }
        const equation = `${[terms.result, ...others.map(({ term }) => term)].join(',')}->${own}`;
        const made = tape.op('Einsum', [gradient, ...others.map(({ name }) => name)], { equation });
        return made;
      });
    };
  },
  evaluate(node, inputs, { tf }) {
    const terms = termsOf(node);
    if (terms === undefined) throw new Error(`Einsum "${node.name}": ${node.attributes.equation} is not known`);
    const [first, ...others] = inputs.map((value, i) => ({ value: value as TfTensor, term: terms.inputs[i] ?? '' }));
    const product = others.reduce((a, b, i) => {
      const later = others.slice(i + 1).map(({ term }) => term);
      return multiply(a, b, new Set([terms.result, ...later].join('')), tf);
    }, first as Term);
    return arranged(product, terms.result, new Set(terms.result), tf);
  },
};

interface Term {
  readonly value: TfTensor;
  /** Its axes. */
  readonly term: string;
}

type Tf = typeof import('@tensorflow/tfjs-core');

/** Sums over what is not wanted any more, as one product of stacks of matrices. */
function multiply(a: Term, b: Term, wanted: ReadonlySet<string>, tf: Tf): Term {
  const only = (term: string, test: (letter: string) => boolean): string => [...term].filter(test).join('');
  const shared = only(a.term, (letter) => b.term.includes(letter));
  const stack = only(shared, (letter) => wanted.has(letter));
  const summed = only(shared, (letter) => !wanted.has(letter));
  const rows = only(a.term, (letter) => !shared.includes(letter) && wanted.has(letter));
  const columns = only(b.term, (letter) => !shared.includes(letter) && wanted.has(letter));
  const left = arranged(a, stack + rows + summed, wanted, tf);
  const right = arranged(b, stack + columns + summed, wanted, tf);
  const size = (tensor: TfTensor, from: number, to: number): number =>
    tensor.shape.slice(from, to).reduce((product, length) => product * length, 1);
  const depth = stack.length;
  const [count, m, n] = [
    size(left, 0, depth),
    size(left, depth, depth + rows.length),
    size(right, depth, depth + columns.length),
  ];
  const k = size(left, depth + rows.length, left.rank);
  const transposed = tf.transpose(tf.reshape(right, [count, n, k]), [0, 2, 1]);
  const product = tf.matMul(tf.reshape(left, [count, m, k]), transposed);
  const shape = [...left.shape.slice(0, depth + rows.length), ...right.shape.slice(depth, depth + columns.length)];
  return { value: tf.reshape(product, shape), term: stack + rows + columns };
}

/** The axes in that order; those that neither the order nor anything later wants are summed over. */
function arranged({ value, term }: Term, order: string, wanted: ReadonlySet<string>, tf: Tf): TfTensor {
  const gone = [...term].flatMap((letter, axis) => (order.includes(letter) || wanted.has(letter) ? [] : [axis]));
  const left = [...term].filter((_, axis) => !gone.includes(axis));
  const summed = gone.length > 0 ? tf.sum(value, gone) : value;
  return tf.transpose(
    summed,
    [...order].map((letter) => left.indexOf(letter)),
  );
}
