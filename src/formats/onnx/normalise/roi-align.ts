// RoiAlign: before opset 16 regions began at the middle of a pixel. https://onnx.ai/onnx/operators/onnx__RoiAlign.html
import type { Rule } from './rule';

export const roiAlign: Rule = (node, scope) => {
  if (scope.opset >= 16) return [node];
  return [{ ...node, attributes: { ...node.attributes, coordinate_transformation_mode: 'output_half_pixel' } }];
};
