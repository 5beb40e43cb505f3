// BitwiseNot: every bit turned over. https://onnx.ai/onnx/operators/onnx__BitwiseNot.html
import { tieAll } from './elementwise';
import type { Operator } from './operator';

export const bitwiseNot: Operator = {
  type: 'BitwiseNot',
  discrete: true,
  pointwise: true,
  shapes: (_, [shape = []]) => [shape],
  ties: tieAll,
};
