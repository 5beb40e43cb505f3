// GridSample: images looked up at the places of a grid, [batch, rows, columns, 2]; every channel on its own.
// https://onnx.ai/onnx/operators/onnx__GridSample.html
import { input, type Operator, output } from './operator';

export const gridSample: Operator = {
  type: 'GridSample',
  shapes(node, [image = [], grid = []]) {
    if (image.length !== 4 || grid.length !== 4) {
      throw new Error(
        `GridSample "${node.name}": [${image.join(', ')}] and [${grid.join(', ')}] are no images and grid`,
      );
    }
    return [[image[0] ?? 1, image[1] ?? 1, grid[1] ?? 1, grid[2] ?? 1]];
  },
  ties(node, ties) {
    const [image, grid, result] = [input(node, 0), input(node, 1), output(node)];
    for (const axis of [0, 1]) ties.tie({ value: image, axis }, { value: result, axis });
    ties.tie({ value: grid, axis: 0 }, { value: result, axis: 0 });
    for (const axis of [2, 3]) ties.freeze({ value: image, axis }, 'GridSample goes by the position on it');
    for (const axis of [1, 2]) ties.tie({ value: grid, axis }, { value: result, axis: axis + 1 });
    ties.freeze({ value: grid, axis: 3 }, 'GridSample reads places from it');
  },
};
