// Whole numbers that an operator takes as an input, while TensorFlow.js evaluates it.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { integers } from '../model/tensor';
import type { Constants } from './operator';

/** Those of a constant, else those of the tensor computed; undefined for an input left out. */
export function wholeNumbers(
  name: string | undefined,
  tensor: TfTensor | undefined,
  constant: Constants,
): number[] | undefined {
  const known = name ? constant(name) : undefined;
  if (known) return integers(known);
  return tensor ? Array.from(tensor.dataSync()) : undefined;
}
