// What GlobalAveragePool and GlobalMaxPool have in common: [n, c, h, w] to [n, c, 1, 1].
import type { Node, Shape } from '../model/graph';
import { input, output, type Ties } from './operator';

export function globalShape([shape = []]: readonly Shape[]): Shape[] {
  return [shape.map((size, axis) => (axis < 2 ? size : 1))];
}

/** The channels pass; every position goes into one. */
export function tieGlobal(node: Node, ties: Ties): void {
  const [value, result] = [input(node, 0), output(node)];
  ties.shape(value).forEach((_, axis) => {
    if (axis < 2) ties.tie({ value, axis }, { value: result, axis });
    else ties.freeze({ value, axis }, `${node.type} takes all of it`);
  });
}

/** The axes that are pooled. */
export function positions(shape: Shape): number[] {
  return shape.map((_, axis) => axis).slice(2);
}
