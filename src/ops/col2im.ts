// Col2Im: windows of an image, each a column of channels × positions within it, added up where they lie.
// https://onnx.ai/onnx/operators/onnx__Col2Im.html
import type { Dimension, Node } from '../model/graph';
import { elementCount } from '../model/tensor';
import { type Axis, input, type Known, type Operator, output } from './operator';
import { freezeSpatial } from './window';

/** Positions within a window; undefined where only a run tells. */
function positionsOf(node: Node, { sizes }: Pick<Known, 'sizes'>): number | undefined {
  const block = sizes(input(node, 2))?.map(({ value }) => value);
  return block?.every((size) => typeof size === 'number') ? elementCount(block as number[]) : undefined;
}

export const col2Im: Operator = {
  type: 'Col2Im',
  shapeInputs: [1, 2],
  shapes(node, [x = [], image = []], known) {
    const [channels, positions] = [x[1], positionsOf(node, known)];
    const count = Number(channels) / (positions ?? 1);
    if (typeof channels === 'number' && !Number.isInteger(count))
      throw new Error(`Col2Im "${node.name}": ${channels} channels are no windows of ${positions} positions`);
    const isKnown = typeof channels === 'number' && positions !== undefined;
    const rank = typeof image[0] === 'number' ? image[0] : 2;
    const sizes = known.sizes(input(node, 1))?.map(({ value }) => value);
    const spatial = Array.from({ length: rank }, (_, i): Dimension => sizes?.[i] ?? `${node.name}_${i + 2}`);
    return [[x[0] ?? 1, isKnown ? count : `${node.name}_1`, ...spatial]];
  },
  ties(node, ties) {
    const [x, y] = [input(node, 0), output(node)];
    ties.tie({ value: x, axis: 0 }, { value: y, axis: 0 });
    const positions = positionsOf(node, ties);
    const [columns, channels] = [x, y].map((value) => ({ value, axis: 1 })) as [Axis, Axis];
    if (positions !== undefined) ties.product(columns, [channels, positions]);
    else for (const axis of [columns, channels]) ties.freeze(axis, 'how large its windows are only a run tells');
    freezeSpatial(node, ties, [x], 2);
    ties.shape(y).forEach((_, axis) => {
      if (axis > 1) freezeSpatial(node, ties, [y], axis);
    });
  },
};
