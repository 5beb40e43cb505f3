// BitwiseAnd: the bits that both have. https://onnx.ai/onnx/operators/onnx__BitwiseAnd.html
import { bitwise } from './bitwise';

export const bitwiseAnd = bitwise('BitwiseAnd');
