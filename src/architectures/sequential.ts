// Writes a Keras Sequential model layer by layer, with freshly drawn weights, as the TF.js document it would be on disk.

import { maxoutEntries } from '../formats/keras/layers/maxout';
import { DEFAULT_SHARD_SIZE, type TfjsDocument } from '../formats/tfjs/container';
import { BYTES_PER_ELEMENT, elementCount } from '../model/tensor';
import { float32Weight, type Weight } from '../model/weight';
import { random } from '../random';

const INDENT = '  ';

export class SequentialModel {
  readonly #layers: { class_name: string; config: Record<string, unknown> }[] = [];
  readonly #weights: Weight[] = [];
  /** Of what was added last, without the batch. */
  #shape: readonly number[];

  constructor(
    private readonly name: string,
    private readonly input: readonly number[],
    private readonly seed: number,
    private readonly initializer: Initializer = glorotUniform,
  ) {
    this.#shape = input;
  }

  conv(
    name: string,
    filters: number,
    kernel: number,
    { activation = 'linear', padding = 'valid' }: { activation?: string; padding?: 'valid' | 'same' } = {},
  ): this {
    const [height = 1, width = 1, channels = 1] = this.#shape;
    const size = [kernel, kernel];
    const lost = padding === 'valid' ? kernel - 1 : 0;
    this.#add('Conv2D', name, {
      filters,
      kernel_size: size,
      strides: [1, 1],
      padding,
      data_format: 'channels_last',
      dilation_rate: [1, 1],
      activation,
      use_bias: true,
    });
    this.#kernel(`${name}/kernel`, [...size, channels, filters]);
    this.#weights.push(float32Weight(`${name}/bias`, [filters], new Float32Array(filters)));
    this.#shape = [height - lost, width - lost, filters];
    return this;
  }

  maxPool(name: string, size: number): this {
    const [height = 1, width = 1, channels = 1] = this.#shape;
    const window = { pool_size: [size, size], strides: [size, size] };
    this.#add('MaxPooling2D', name, { ...window, padding: 'valid', data_format: 'channels_last' });
    this.#shape = [Math.floor(height / size), Math.floor(width / size), channels];
    return this;
  }

  flatten(name: string): this {
    this.#add('Flatten', name, { data_format: 'channels_last' });
    this.#shape = [elementCount(this.#shape)];
    return this;
  }

  dense(name: string, units: number, activation = 'linear'): this {
    this.#add('Dense', name, { units, activation, use_bias: true });
    this.#kernel(`${name}/kernel`, [this.#shape.at(-1) ?? 1, units]);
    this.#weights.push(float32Weight(`${name}/bias`, [units], new Float32Array(units)));
    this.#shape = [...this.#shape.slice(0, -1), units];
    return this;
  }

  dropout(name: string, rate: number): this {
    this.#add('Dropout', name, { rate });
    return this;
  }

  maxout(name: string, neurons: number): this {
    const output = [...this.#shape.slice(0, -1), (this.#shape.at(-1) ?? 1) / neurons];
    for (const { className, config } of maxoutEntries(name, ['batch', ...output], neurons)) {
      this.#layers.push({ class_name: className, config: { ...config } });
    }
    this.#shape = output;
    return this;
  }

  document(): TfjsDocument {
    const weights = new Map(this.#weights.map((weight) => [weight.name, weight]));
    const entries = this.#weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: 'float32' }));
    const bytes = entries.reduce((sum, { shape }) => sum + elementCount(shape) * BYTES_PER_ELEMENT.float32, 0);
    const shards = Math.max(1, Math.ceil(bytes / DEFAULT_SHARD_SIZE));
    const paths = Array.from({ length: shards }, (_, i) => `group1-shard${i + 1}of${shards}.bin`);
    const json = {
      format: 'layers-model',
      generatedBy: 'Neuron Pruner',
      convertedBy: null,
      modelTopology: {
        class_name: 'Sequential',
        config: { name: this.name, layers: this.#layers },
        keras_version: 'tfjs-layers 4.22.0',
        backend: 'tensor_flow.js',
      },
      weightsManifest: [{ paths, weights: entries }],
    };
    return {
      json,
      // For people to read: the editor says what a layer costs over the line it begins in.
      text: JSON.stringify(json, null, INDENT),
      indent: INDENT,
      file: 'model.json',
      weights,
      shardSizes: [DEFAULT_SHARD_SIZE],
    };
  }

  #add(className: string, name: string, config: object): void {
    const first = this.#layers.length === 0 ? { batch_input_shape: [null, ...this.input] } : {};
    this.#layers.push({ class_name: className, config: { name, trainable: true, ...first, ...config } });
  }

  /** [...positions, in, out]. Drawn when its bytes are asked for, so that a network of any size takes no memory. */
  #kernel(name: string, shape: readonly number[]): void {
    const positions = elementCount(shape.slice(0, -2));
    const limit = this.initializer(positions * (shape.at(-2) ?? 1), positions * (shape.at(-1) ?? 1));
    this.#weights.push({
      name,
      shape,
      trainable: true,
      storage: { type: 'float32' },
      bytes: async () => {
        const source = random(this.seed, 'weights', name);
        const values = new Float32Array(elementCount(shape));
        for (let i = 0; i < values.length; i++) values[i] = (2 * source.next() - 1) * limit;
        return new Uint8Array(values.buffer);
      },
    });
  }
}

/** Weights are drawn evenly from −limit to limit, by what a neuron reads and how many read it. */
export type Initializer = (fanIn: number, fanOut: number) => number;

/** Glorot & Bengio 2010, Keras' default. */
export const glorotUniform: Initializer = (fanIn, fanOut) => Math.sqrt(6 / (fanIn + fanOut));

/** He et al. 2015: keeps the signal's size through many layers of ReLU. */
export const heUniform: Initializer = (fanIn) => Math.sqrt(6 / fanIn);
