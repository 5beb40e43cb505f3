// The tensors that a model is fed with, batch after batch: samples as its inputs want them, targets as a loss wants them.
import { UserError } from '../errors';
import type { Value } from '../model/graph';
import { elementCount, type Tensor } from '../model/tensor';
import type { Split, Target } from './dataset';
import { readLabels } from './labels';

/** The inputs of a batch. The tensors stay the same; their values change with every load. */
export class SampleFeed {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly #floats: Float32Array[];
  readonly #integers: { readonly name: string; readonly from: Float32Array; readonly tensor: Tensor }[] = [];

  /** @param inputs of the model, in the order of the split's. */
  constructor(
    inputs: readonly Value[],
    private readonly split: Split,
    batch: number,
  ) {
    if (inputs.length !== split.inputs.length) {
      throw new Error(`${inputs.length} inputs of the model, ${split.inputs.length} of the samples`);
    }
    const tensors: Record<string, Tensor> = {};
    this.#floats = inputs.map(({ name, type }, i) => {
      const shape = [batch, ...(split.inputs[i]?.shape ?? [])];
      const floats = new Float32Array(elementCount(shape));
      if (type === 'float32') {
        tensors[name] = { type, shape, data: floats };
        return floats;
      }
      const tensor: Tensor = { type, shape, data: integerArray(type, floats.length) };
      tensors[name] = tensor;
      this.#integers.push({ name, from: floats, tensor });
      return floats;
    });
    this.tensors = tensors;
  }

  /** Reads samples; a batch that is not full keeps what was there in its last rows. */
  async load(indices: ArrayLike<number>, draw?: string): Promise<void> {
    await this.split.read(indices, this.#floats, draw);
    for (const { name, from, tensor } of this.#integers) toIntegers(name, from, tensor);
  }
}

function integerArray(type: Value['type'], length: number): Tensor['data'] {
  switch (type) {
    case 'int32':
      return new Int32Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(length);
    default:
      throw new UserError(`The model wants ${type} values, which are not fed. Export it with float32 inputs.`);
  }
}

function toIntegers(name: string, from: Float32Array, { type, data }: Tensor): void {
  for (let i = 0; i < from.length; i++) {
    const value = from[i] as number;
    if (!Number.isInteger(value)) {
      throw new UserError(
        `The model's input "${name}" wants whole numbers (${type}), the data has ${value}. Feed it as it is stored, --scale 1 (data.scale in a recipe), or choose other columns.`,
      );
    }
    if (data instanceof BigInt64Array) data[i] = BigInt(value);
    else data[i] = value;
  }
}

/** The targets of a batch: class indices (int64), or numbers (float32). */
export class TargetFeed {
  readonly tensor: Tensor;

  /** @param shape of the tensor, with the batch. */
  constructor(
    private readonly target: Target,
    readonly type: 'int64' | 'float32',
    shape: readonly number[],
  ) {
    const size = elementCount(shape);
    const data = type === 'int64' ? new BigInt64Array(size) : new Float32Array(size);
    this.tensor = { type, shape, data };
  }

  /** @param draw which the samples were loaded with. */
  async load(indices: ArrayLike<number>, draw?: string): Promise<void> {
    const { data } = this.tensor;
    if (this.target.kind !== 'classes') {
      await this.target.read(indices, data as Float32Array, draw);
      return;
    }
    const labels = readLabels(this.target, indices, draw);
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i] as number;
      if (data instanceof BigInt64Array) data[i] = BigInt(label);
      else data[i] = label;
    }
  }
}
