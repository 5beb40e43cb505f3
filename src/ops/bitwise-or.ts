// BitwiseOr: the bits that either has. https://onnx.ai/onnx/operators/onnx__BitwiseOr.html
import { bitwise } from './bitwise';

export const bitwiseOr = bitwise('BitwiseOr');
