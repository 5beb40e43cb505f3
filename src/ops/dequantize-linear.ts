// DequantizeLinear: (x − zero point) × scale, one of each for all or for every slice along an axis.
// https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html

import type { Operator } from './operator';
import { scaledShape, tieScales } from './quantize-linear';

export const dequantizeLinear: Operator = {
  type: 'DequantizeLinear',
  shapes: scaledShape,
  ties: tieScales,
};
