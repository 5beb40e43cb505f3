// What a kernel of ours is: a computation by other kernels of the backend.
import type { KernelConfig, Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../runtime';

export interface Kernel {
  /** TensorFlow's name of it. */
  readonly name: string;
  /** @param present the backend's own kernel of that name, which this one replaces. */
  make(tf: TensorFlow, present: KernelConfig | undefined): Compute;
}

/** Inputs and attributes under the names that tfjs-core gives them (kernel_names). */
export type Compute = (inputs: Inputs, attributes: Attributes, backend: object) => Tensor;

export type Inputs = Readonly<Record<string, Tensor>>;
export type Attributes = Readonly<Record<string, unknown>>;

/** An input that must be there. */
export function inputOf<T extends Tensor>(inputs: Inputs, name: string): T {
  const tensor = inputs[name];
  if (tensor === undefined) throw new Error(`a kernel lacks its input ${name}`);
  return tensor as T;
}
