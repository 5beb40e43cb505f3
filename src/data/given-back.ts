// Autoencoders: a model that gives back what it is fed is tested on its input, where the data has classes that it can't tell.
import { sizeOf } from './column';
import type { SampleInput, Split, Target, ValueTarget } from './dataset';
import type { ModelInterface } from './fit';
import { layoutFor } from './layout';

/** @param inputs as they are fed. */
export function givesBack(
  [target, ...targets]: readonly Target[],
  { outputs: [output, ...outputs] }: ModelInterface,
  [input, ...inputs]: readonly SampleInput[],
): boolean {
  if (target === undefined || output === undefined || input === undefined) return false;
  if (targets.length + outputs.length + inputs.length > 0) return false;
  if (target.kind !== 'classes' || target.shape.length > 0) return false;
  const layout = layoutFor(input.shape, output.shape);
  if (layout === undefined || layout.channelsFirst || sizeOf(input.shape) === 1) return false;
  const tellsClasses = /Softmax$/.test(output.operator) || output.shape.at(-1) === target.classes;
  return output.type === 'float32' && !(output.shape.length === 1 && tellsClasses);
}

export function ownInput(split: Split, { name }: Target): ValueTarget {
  const [input] = split.inputs;
  if (input === undefined) throw new Error('a split without inputs');
  return {
    kind: 'values',
    name: input.name,
    output: 0,
    shape: input.shape,
    note: `the model gives back what it is fed: it is trained and tested on that, not on "${name}"`,
    read: async (indices, out, draw) => split.read(indices, [out], draw),
  };
}
