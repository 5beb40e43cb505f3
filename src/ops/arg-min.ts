// ArgMin: the index of the smallest along one axis. https://onnx.ai/onnx/operators/onnx__ArgMin.html
import { argExtreme } from './arg-extreme';

export const argMin = argExtreme('ArgMin', (x, axis, { tf }) => tf.argMin(x, axis));
