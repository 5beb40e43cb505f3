// What Conv and ConvTranspose have in common: how channels go through a weight with groups. Axis 0 of the weight counts
// channels over all groups, axis 1 within one.
import { type Dimension, fixed, type Node, type Shape } from '../model/graph';
import { type Axis, input, numberAttribute, type Operator, output, type Tape, type Ties } from './operator';
import { freezeSpatial } from './window';

export const groupsOf = (node: Node): number => numberAttribute(node, 'group', 1);

/** An image of so many channels, of which nothing else is known but how many axes the weight slides over. */
export function imageOf(node: Node, weight: Shape | undefined, channels: number): Shape | undefined {
  if (weight === undefined || !Number.isInteger(channels)) return undefined;
  return weight.map((_, axis): Dimension => (axis === 1 ? channels : `${node.name}_in_${axis}`));
}

interface Grouped {
  readonly groups: number;
  /** Channels of a group. */
  readonly inputs: number;
  readonly outputs: number;
}

/** Whether every group reads one channel: cutting that channel takes its group away. */
function isDepthwise({ groups, inputs }: Grouped): boolean {
  return groups > 1 && inputs === 1;
}

function tieGroups(ties: Ties, grouped: Grouped, x: Axis, y: Axis): void {
  const { groups, inputs, outputs } = grouped;
  if (groups === 1) return;
  if (isDepthwise(grouped) && outputs === 1) {
    ties.tie(x, y);
    return;
  }
  if (isDepthwise(grouped)) {
    ties.pick(
      x,
      indices(groups * outputs, (i) => Math.floor(i / outputs)),
      y,
    );
    return;
  }
  // Groups stay equal: what one of them loses, each of them loses.
  ties.pick(
    x,
    indices(groups * inputs, (i) => i % inputs),
    x,
  );
  ties.pick(
    y,
    indices(groups * outputs, (i) => i % outputs),
    y,
  );
}

function indices(count: number, of: (i: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => of(i));
}

/** @param reads the axis of the weight that counts what it reads: 1 of a Conv, 0 of a ConvTranspose. */
export function channelsThrough(reads: 0 | 1): Required<Pick<Operator, 'ties' | 'contracts' | 'produces' | 'resize'>> {
  const makes = reads === 0 ? 1 : 0;
  const groupedBy = (node: Node, shape: Ties['shape']): Grouped => {
    const groups = groupsOf(node);
    const sizes = [fixed(shape(input(node, 1)), 0) / groups, fixed(shape(input(node, 1)), 1)] as const;
    return { groups, inputs: sizes[reads], outputs: sizes[makes] };
  };
  return {
    ties(node, ties) {
      const [x, weight, y] = [input(node, 0), input(node, 1), output(node)];
      ties.tie({ value: x, axis: 0 }, { value: y, axis: 0 });
      const sides = { [reads]: { value: x, axis: 1 }, [makes]: { value: y, axis: 1 } } as Record<0 | 1, Axis>;
      const grouped = groupedBy(node, ties.shape);
      tieGroups(ties, grouped, sides[reads], sides[makes]);
      ties.tie({ value: weight, axis: 0 }, sides[0]);
      if (isDepthwise(grouped)) ties.freeze({ value: weight, axis: 1 }, 'each group has so many channels');
      else ties.tie({ value: weight, axis: 1 }, sides[1]);
      const bias = node.inputs[2];
      if (bias) ties.tie({ value: bias, axis: 0 }, sides[makes]);
      for (let axis = 2; axis < ties.shape(x).length; axis++) freezeSpatial(node, ties, [x, weight, y], axis);
    },
    contracts: (node, shape) =>
      isDepthwise(groupedBy(node, shape))
        ? []
        : [{ input: { value: input(node, 0), axis: 1 }, weight: { value: input(node, 1), axis: reads } }],
    // A depthwise convolution passes on what another made.
    produces: (node, shape) =>
      isDepthwise(groupedBy(node, shape))
        ? undefined
        : { output: { value: output(node), axis: 1 }, weight: { value: input(node, 1), axis: makes } },
    resize(node, widths) {
      if (!isDepthwise(groupedBy(node, widths.before))) return node;
      return { ...node, attributes: { ...node.attributes, group: fixed(widths.after(input(node, 0)), 1) } };
    },
  };
}

/** With respect to the bias: the gradient summed over all but the channels. */
export function gradientOfBias(node: Node, tape: Tape, gradient: string): string | undefined {
  const bias = node.inputs[2];
  if (!bias || !tape.wants(bias)) return undefined;
  const others = tape.shape(output(node)).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return tape.op('ReduceSum', [gradient, tape.ints(others)], { keepdims: 0 });
}
