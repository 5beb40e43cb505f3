// Random networks for properties that hold for every network: a list of drawn steps, each one added where it fits.
import fc from 'fast-check';
import { BATCH, fixed } from '../../src/model/graph';
import type { Layer, Model } from '../../src/model/model';
import { elementCount, type Tensor } from '../../src/model/tensor';
import { float32Weight } from '../../src/model/weight';
import { GraphBuilder } from '../../src/ops/builder';
import { random } from '../../src/random';
import { drawn } from '../tensors';

/** One step: what to add, to which of the values there are, with what numbers. */
interface Step {
  readonly kind: number;
  readonly on: number;
  readonly numbers: readonly number[];
}

export interface Recipe {
  readonly seed: number;
  readonly input: readonly number[];
  readonly steps: readonly Step[];
}

const digit = fc.nat(9);

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  seed: fc.nat(1_000_000),
  input: fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 4, max: 7 }), fc.integer({ min: 4, max: 7 })),
    fc.tuple(fc.integer({ min: 2, max: 8 })),
  ),
  steps: fc.array(fc.record({ kind: fc.nat(999), on: fc.nat(3), numbers: fc.tuple(digit, digit, digit, digit) }), {
    minLength: 2,
    maxLength: 12,
  }),
});

/** A model of class scores [batch, 3]. It can't be written: it came from no file. */
export function networkOf(recipe: Recipe): Model {
  return new RandomNetwork(recipe).model();
}

/** Samples for its input. */
export function samplesFor({ input, seed }: Recipe): Tensor {
  return drawn([3, ...input], 'samples', seed);
}

const ACTIVATIONS: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
  ['Relu', {}],
  ['Sigmoid', {}],
  ['Tanh', {}],
  ['Softplus', {}],
  ['Softsign', {}],
  ['Elu', { alpha: 0.7 }],
  ['Selu', {}],
  ['LeakyRelu', { alpha: 0.2 }],
  ['HardSigmoid', { alpha: 0.2, beta: 0.5 }],
  ['ThresholdedRelu', { alpha: 0.3 }],
  ['Erf', {}],
  ['Identity', {}],
  ['Dropout', { rate: 0.5 }],
];

type Add = (value: string, numbers: readonly number[]) => string | undefined;

/** Values are [batch, n], [batch, positions, n] or [batch, channels, height, width]. */
class RandomNetwork {
  readonly #builder = new GraphBuilder();
  readonly #layers: Layer[] = [];
  readonly #values: string[] = [];
  #weights = 0;

  constructor(private readonly recipe: Recipe) {}

  model(): Model {
    const { input, steps } = this.recipe;
    this.#values.push(this.#builder.addInput({ name: 'input', type: 'float32', shape: [BATCH, ...input] }));
    for (const [i, step] of steps.entries()) this.#apply(step, `layer_${i}`);
    this.#classes();
    const graph = this.#builder.build();
    return {
      name: 'random',
      graph,
      layers: this.#layers,
      container: { format: 'tfjs', write: () => Promise.reject(new Error('it came from no file')) },
      warnings: [],
    };
  }

  #apply({ kind, on, numbers }: Step, name: string): void {
    // Mostly on what was added last, at times on something before it.
    const value = this.#values.at(-1 - Math.min(on, this.#values.length - 1)) as string;
    const kinds = this.#kindsFor(this.#rank(value));
    const add = kinds[kind % kinds.length] as Add;
    const made = this.#layer(name, value, () => add(value, numbers));
    if (made !== undefined) this.#values.push(made);
  }

  #layer(name: string, value: string, add: () => string | undefined): string | undefined {
    this.#builder.layer = name;
    const first = this.#weights;
    const made = add();
    if (made !== undefined) {
      const channelsFirst = this.#rank(made) === 4;
      const weights = Array.from({ length: this.#weights - first }, (_, i) => `weight_${first + i}`);
      this.#layers.push({ name, type: 'Step', inputs: [value], output: made, channelsFirst, weights });
    }
    return made;
  }

  #classes(): void {
    const last = this.#values.at(-1) as string;
    const flat =
      this.#rank(last) === 2 ? last : (this.#layer('flatten', last, () => this.#flatten(last, [0])) as string);
    const scores = this.#layer('classes', flat, () => {
      return this.#builder.op('Gemm', [flat, this.#weight([this.#channels(flat), 3]), this.#weight([3])]);
    });
    this.#builder.addOutput(scores as string);
  }

  #kindsFor(rank: number): readonly Add[] {
    const everywhere: Add[] = [this.#activation, this.#activation, this.#add, this.#concat, this.#self, this.#gate];
    if (rank === 4) {
      const image = [
        this.#conv,
        this.#conv,
        this.#conv,
        this.#pool,
        this.#global,
        this.#pad,
        this.#flatten,
        this.#squeeze,
      ];
      return [
        ...everywhere,
        ...image,
        this.#normalize,
        this.#slopes,
        this.#maxout,
        this.#residual,
        this.#stack,
        this.#regroup,
      ];
    }
    if (rank === 3) return [...everywhere, this.#matmul, this.#matmul, this.#flatten, this.#regroup];
    const flat = [this.#gemm, this.#gemm, this.#gemm, this.#matmul, this.#fold, this.#image, this.#softmax];
    return [...everywhere, ...flat, this.#normalize, this.#slopes, this.#maxout, this.#residual];
  }

  #rank(value: string): number {
    return this.#builder.shape(value).length;
  }

  /** Sizes without the batch. */
  #sizes(value: string): number[] {
    return this.#builder.shape(value).slice(1).map(Number);
  }

  /** Where its channels lie: last, but in images. */
  #axis(value: string): number {
    return this.#rank(value) === 4 ? 1 : this.#rank(value) - 1;
  }

  #channels(value: string): number {
    return fixed(this.#builder.shape(value), this.#axis(value));
  }

  #weight(shape: readonly number[], offset = 0): string {
    const name = `weight_${this.#weights++}`;
    const scale = 1 / Math.sqrt(Math.max(1, elementCount(shape) / Math.max(1, shape[0] ?? 1)));
    const values = drawn(shape, 'weight', this.recipe.seed, name).data as Float32Array;
    return this.#builder.addWeight(
      float32Weight(
        name,
        shape,
        values.map((value) => offset + scale * value),
      ),
    );
  }

  #positiveWeight(size: number): string {
    const name = `weight_${this.#weights++}`;
    const source = random('positive', this.recipe.seed, name);
    return this.#builder.addWeight(
      float32Weight(
        name,
        [size],
        Float32Array.from({ length: size }, () => 0.5 + source.next()),
      ),
    );
  }

  /** Another value of the same sizes but, where an axis is named, along it. */
  #partner(value: string, free?: number): string | undefined {
    const sizes = this.#builder.shape(value);
    return this.#values.find((other) => {
      const own = this.#builder.shape(other);
      return (
        other !== value &&
        own.length === sizes.length &&
        own.every((size, axis) => axis === free || size === sizes[axis])
      );
    });
  }

  readonly #activation: Add = (value, [which = 0, more = 0]) => {
    const [type, attributes] = ACTIVATIONS[
      (which + 10 * (more % 2)) % ACTIVATIONS.length
    ] as (typeof ACTIVATIONS)[number];
    return this.#builder.op(type, [value], attributes);
  };

  readonly #add: Add = (value) => {
    const partner = this.#partner(value);
    return partner && this.#builder.op('Add', [value, partner]);
  };

  readonly #concat: Add = (value) => {
    const axis = this.#axis(value);
    const partner = this.#partner(value, axis);
    return partner && this.#builder.op('Concat', [value, partner], { axis });
  };

  readonly #self: Add = (value) => this.#builder.op('Concat', [value, value], { axis: this.#axis(value) });

  /** x × sigmoid(x): swish. */
  readonly #gate: Add = (value) => this.#builder.op('Mul', [value, this.#builder.op('Sigmoid', [value])]);

  readonly #conv: Add = (value, [filters = 0, size = 0, stride = 0, pad = 0]) => {
    const [, height = 1, width = 1] = this.#sizes(value);
    const kernel = 1 + (size % Math.min(3, height, width));
    const strides = [1 + (stride % 2), 1 + (stride % 3 === 0 ? 1 : 0)];
    const pads = [pad % 2, pad % 3 === 0 ? 1 : 0, pad % 2, 0];
    const count = 1 + (filters % 5);
    const inputs = [value, this.#kernel(count, this.#channels(value), kernel, filters > 5)];
    if (size < 7) inputs.push(this.#weight([count]));
    return this.#builder.op('Conv', inputs, { strides, pads });
  };

  /** As ONNX lays it out, or as Keras does with a Transpose behind it. */
  #kernel(filters: number, channels: number, size: number, keras: boolean): string {
    if (!keras) return this.#weight([filters, channels, size, size]);
    return this.#builder.op('Transpose', [this.#weight([size, size, channels, filters])], { perm: [3, 2, 0, 1] });
  }

  readonly #pool: Add = (value, [which = 0, stride = 0, pad = 0]) => {
    const [, height = 1, width = 1] = this.#sizes(value);
    if (height < 2 || width < 2) return undefined;
    const pads = pad % 2 === 0 ? [0, 0, 0, 0] : [0, 1, 1, 0];
    const attributes = { kernel_shape: [2, 2], strides: [1 + (stride % 2), 1 + (stride % 2)], pads };
    return this.#builder.op(which % 2 === 0 ? 'MaxPool' : 'AveragePool', [value], attributes);
  };

  readonly #global: Add = (value, [which = 0, keep = 0]) => {
    const pooled = this.#builder.op(which % 2 === 0 ? 'GlobalAveragePool' : 'GlobalMaxPool', [value]);
    return keep % 3 === 0 ? pooled : this.#builder.op('Reshape', [pooled, this.#builder.ints([0, -1])]);
  };

  readonly #pad: Add = (value, [top = 0, left = 0, channels = 0]) => {
    const [before, after] = [channels > 6 ? channels - 6 : 0, channels % 3 === 0 ? 1 : 0];
    const amounts = this.#builder.ints([0, before, top % 2, left % 3, 0, after, 1, 0]);
    // All axes are named for the reason that ZeroPadding2D has.
    return this.#builder.op('Pad', [value, amounts, '', this.#builder.ints([0, 1, 2, 3])]);
  };

  /** In the order it lies in memory, or, for images, in Keras' channels-last order. */
  readonly #flatten: Add = (value, [last = 0]) => {
    const turned = this.#rank(value) === 4 && last % 2 === 1;
    const source = turned ? this.#builder.op('Transpose', [value], { perm: [0, 2, 3, 1] }) : value;
    return this.#builder.op('Reshape', [source, this.#builder.ints([0, -1])]);
  };

  /** A gate a channel, as in squeeze-and-excitation, or one for all channels. */
  readonly #squeeze: Add = (value, [which = 0]) => {
    const op = this.#builder.op.bind(this.#builder);
    const channels = this.#channels(value);
    if (which % 2 === 0) {
      const pooled = op('GlobalAveragePool', [value]);
      const gate = op('Sigmoid', [
        op('Conv', [pooled, this.#weight([channels, channels, 1, 1]), this.#weight([channels])]),
      ]);
      return op('Mul', [value, gate]);
    }
    return op('Mul', [value, op('Sigmoid', [op('Conv', [value, this.#weight([1, channels, 1, 1])])])]);
  };

  readonly #normalize: Add = (value) => {
    const size = this.#channels(value);
    const parameters = [
      this.#weight([size], 1),
      this.#weight([size]),
      this.#weight([size]),
      this.#positiveWeight(size),
    ];
    return this.#builder.op('BatchNormalization', [value, ...parameters], { epsilon: 1e-3 });
  };

  readonly #slopes: Add = (value, [which = 0]) => {
    const [channels = 1, ...positions] = this.#sizes(value);
    const ones = positions.map(() => 1);
    const shapes = [
      [channels, ...ones],
      [channels, ...positions],
      [1, ...ones],
    ];
    return this.#builder.op('PRelu', [value, this.#weight(shapes[which % 3] as number[])]);
  };

  /** On a layer of its own, of at least two units. */
  readonly #maxout: Add = (value, [size = 0, count = 0]) => {
    const [neurons, units] = [2 + (size % 4), 2 + (count % 2)];
    const from = this.#channels(value);
    const made =
      this.#rank(value) === 4
        ? this.#builder.op('Conv', [
            value,
            this.#weight([units * neurons, from, 1, 1]),
            this.#weight([units * neurons]),
          ])
        : this.#builder.op('Gemm', [value, this.#weight([from, units * neurons]), this.#weight([units * neurons])]);
    const [, ...positions] = this.#sizes(made);
    const grouped = this.#builder.op('Reshape', [made, this.#builder.ints([0, units, -1, ...positions])]);
    return this.#builder.op('ReduceMax', [grouped, this.#builder.ints([2])], { keepdims: 0 });
  };

  /** The same elements in rows of another length. */
  readonly #regroup: Add = (value) => {
    const sizes = this.#sizes(value);
    return this.#builder.op('Reshape', [value, this.#builder.ints([0, ...sizes.reverse()])]);
  };

  /** x + f(x), f a kernel that keeps all sizes. */
  readonly #residual: Add = (value) => {
    const channels = this.#channels(value);
    const made =
      this.#rank(value) === 4
        ? this.#builder.op('Conv', [value, this.#weight([channels, channels, 1, 1])])
        : this.#builder.op('Gemm', [value, this.#weight([channels, channels])]);
    return this.#builder.op('Add', [this.#builder.op('Relu', [made]), value]);
  };

  /** Below one another: along the height. */
  readonly #stack: Add = (value) => {
    const partner = this.#partner(value, 2);
    return partner && this.#builder.op('Concat', [value, partner], { axis: 2 });
  };

  readonly #gemm: Add = (value, [units = 0, transposed = 0, bias = 0]) => {
    const [from, to] = [this.#channels(value), 1 + (units % 8)];
    const transB = transposed % 2;
    const inputs = [value, this.#weight(transB ? [to, from] : [from, to])];
    if (bias < 7) inputs.push(this.#weight([to]));
    return this.#builder.op('Gemm', inputs, transB ? { transB } : {});
  };

  readonly #matmul: Add = (value, [units = 0, bias = 0]) => {
    const to = 1 + (units % 8);
    const product = this.#builder.op('MatMul', [value, this.#weight([this.#channels(value), to])]);
    return bias < 3 ? product : this.#builder.op('Add', [product, this.#weight([to])]);
  };

  /** A row as positions × neurons. */
  readonly #fold: Add = (value, [which = 0]) => {
    const parts = [2, 3, 4].filter((size) => this.#channels(value) % size === 0);
    const size = parts[which % Math.max(1, parts.length)];
    return size === undefined ? undefined : this.#builder.op('Reshape', [value, this.#builder.ints([0, -1, size])]);
  };

  /** A row as an image, as a decoder does. */
  readonly #image: Add = (value, [layout = 0]) => {
    const channels = this.#channels(value);
    if (channels % 4 !== 0) return undefined;
    if (layout % 2 === 0) return this.#builder.op('Reshape', [value, this.#builder.ints([0, channels / 4, 2, 2])]);
    const image = this.#builder.op('Reshape', [value, this.#builder.ints([0, 2, 2, channels / 4])]);
    return this.#builder.op('Transpose', [image], { perm: [0, 3, 1, 2] });
  };

  readonly #softmax: Add = (value) => this.#builder.op('Softmax', [value], { axis: -1 });
}
