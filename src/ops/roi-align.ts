// RoiAlign: a small image for every region, pooled from images of the batch; every channel on its own.
// https://onnx.ai/onnx/operators/onnx__RoiAlign.html
import { input, numberAttribute, type Operator, output } from './operator';

export const roiAlign: Operator = {
  type: 'RoiAlign',
  shapes: (node, [image = [], regions = []]) => [
    [
      regions[0] ?? 1,
      image[1] ?? 1,
      numberAttribute(node, 'output_height', 1),
      numberAttribute(node, 'output_width', 1),
    ],
  ],
  ties(node, ties) {
    const [image, regions, places, result] = [input(node, 0), input(node, 1), input(node, 2), output(node)];
    ties.tie({ value: image, axis: 1 }, { value: result, axis: 1 });
    for (const value of [regions, places]) ties.tie({ value, axis: 0 }, { value: result, axis: 0 });
    for (const axis of [0, 2, 3]) ties.freeze({ value: image, axis }, 'RoiAlign goes by the position on it');
    ties.freeze({ value: regions, axis: 1 }, 'RoiAlign reads places from it');
    for (const axis of [2, 3]) ties.freeze({ value: result, axis }, 'RoiAlign slides over it');
  },
};
