// BitwiseXor: the bits that one of them has. https://onnx.ai/onnx/operators/onnx__BitwiseXor.html
import { bitwise } from './bitwise';

export const bitwiseXor = bitwise('BitwiseXor');
