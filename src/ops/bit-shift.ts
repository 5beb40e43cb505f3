// BitShift: bits moved to the left or right by as many places. https://onnx.ai/onnx/operators/onnx__BitShift.html
import { bitwise } from './bitwise';

export const bitShift = bitwise('BitShift');
