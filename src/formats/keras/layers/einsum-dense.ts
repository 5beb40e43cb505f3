// EinsumDense: an equation of the input and a kernel, "abc,cd->abd"; a bias over the axes that bias_axes names.
import { type Activation, fromLast, lastOf } from '../activation';
import { activate } from '../activation-function';
import type { LayerContext, LayerFamily } from '../family';

interface Equation {
  readonly input: string;
  readonly kernel: string;
  readonly output: string;
  /** What dots stood for, and whether they stood at the start. */
  readonly elided: string;
  readonly left: boolean;
}

export const einsumDense: LayerFamily = {
  classes: ['EinsumDense'],
  read(context): Activation {
    const { builder, config, input, weight } = context;
    const value = input();
    const equation = equationOf(context, value.shape.length);
    const sizes = sizesOf(context, equation, value);
    const size = (letter: string): number =>
      sizes.get(letter) ?? config.unknown(`a size of "${letter}" in its equation`);
    const kernel = weight('kernel', [...equation.kernel].map(size));
    const written = `${equation.input},${equation.kernel}->${equation.output}`;
    const product = builder.op('Einsum', [lastOf(builder, value), kernel], { equation: written });
    return activate(context, fromLast(builder, withBias(context, equation, product, size)));
  },
  resize(config, { output }) {
    const stated = [config.output_shape].flat();
    // Counted from the end: the shape may leave out the axes that dots stand for.
    const sizes = output.slice(-stated.length);
    const resized = stated.map((own, i) => (own === null ? null : sizes[i]));
    return { ...config, output_shape: Array.isArray(config.output_shape) ? resized : resized[0] };
  },
};

function equationOf({ config }: LayerContext, rank: number): Equation {
  const text = config.text('equation', '').replaceAll(' ', '');
  const [, left = '', kernel = '', right = ''] = /^([a-zA-Z.]+),([a-zA-Z]+)->([a-zA-Z.]+)$/.exec(text) ?? [];
  if (kernel === '') config.unknown(`the equation "${text}"`);
  const letters = left.replaceAll('.', '');
  const count = left.includes('...') ? rank - letters.length : 0;
  if (count < 0 || letters.length + count !== rank) config.unknown(`the equation "${text}" of ${rank} axes`);
  const free = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter((letter) => !text.includes(letter));
  const elided = free.slice(0, count).join('');
  const spelled = (term: string): string => term.replace('...', elided);
  return { input: spelled(left), kernel, output: spelled(right), elided, left: left.startsWith('...') };
}

/** Sizes of the letters: the input's own, and those the config gives the output. */
function sizesOf({ config }: LayerContext, equation: Equation, { shape }: Activation): Map<string, number> {
  const sizes = new Map<string, number>();
  const stated = [config.fields.output_shape].flat();
  const output = equation.output.slice(equation.output.length - stated.length);
  [...output].forEach((letter, i) => {
    const size = stated[i];
    if (Number.isInteger(size) && (size as number) > 0) sizes.set(letter, size as number);
  });
  [...equation.input].forEach((letter, i) => {
    const size = shape[i];
    if (typeof size === 'number') sizes.set(letter, size);
  });
  return sizes;
}

function withBias(
  { builder, config, weight }: LayerContext,
  { output, elided, left }: Equation,
  product: string,
  size: (letter: string) => number,
): string {
  const axes = config.fields.bias_axes;
  if (axes == null || axes === '') return product;
  if (typeof axes !== 'string') return config.fail(`bias_axes is ${JSON.stringify(axes)}`);
  const own = [...output].filter((letter) => !elided.includes(letter));
  const first = own.findIndex((letter) => axes.includes(letter));
  const shape = own.slice(first).map((letter) => (axes.includes(letter) ? size(letter) : 1));
  const trailing = left ? [] : [...elided].map(() => 1);
  return builder.op('Add', [product, weight('bias', [...shape, ...trailing])]);
}
