// Inputs of opset 18 that were attributes before: for what a file of an older opset did not have.
import type { Node } from '../../../model/graph';
import { integers, type Tensor } from '../../../model/tensor';

type Moved = readonly (readonly [place: number, attribute: string, since: number])[];

/** By operator: the input's place, the attribute it was, and the first opset that reads it as an input. */
const ATTRIBUTES: ReadonlyMap<string, Moved> = new Map(
  Object.entries<Moved>({
    Clip: [
      [1, 'min', 11],
      [2, 'max', 11],
    ],
    Pad: [[1, 'pads', 11]],
    ReduceSum: [[1, 'axes', 13]],
    Slice: [
      [1, 'starts', 10],
      [2, 'ends', 10],
      [3, 'axes', 10],
    ],
    Split: [[1, 'split', 13]],
    Squeeze: [[1, 'axes', 13]],
    TopK: [[1, 'k', 10]],
    Unsqueeze: [[1, 'axes', 13]],
  }),
);

/** The attribute that an input is in an opset; undefined where it is an input there too. */
export function attributeInstead(type: string, place: number, opset: number): string | undefined {
  const own = ATTRIBUTES.get(type);
  if (own === undefined && type.startsWith('Reduce')) return opset < 18 && place === 1 ? 'axes' : undefined;
  return own?.find(([at, , since]) => at === place && opset < since)?.[1];
}

/** A node of ours in the form that the opset has it in. */
export function older(node: Node, opset: number, constant: (name: string) => Tensor | undefined): Node {
  const attributes = { ...node.attributes };
  const inputs = node.inputs.flatMap((name, place) => {
    const attribute = attributeInstead(node.type, place, opset);
    const value = attribute === undefined ? undefined : constant(name);
    if (attribute === undefined || value === undefined) return [name];
    const numbers = integers(value);
    attributes[attribute] = value.shape.length === 0 ? (numbers[0] ?? 0) : numbers;
    return [];
  });
  if (node.type === 'Split' && opset < 18) delete attributes.num_outputs;
  return { ...node, inputs, attributes };
}
