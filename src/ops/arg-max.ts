// ArgMax: the index of the largest along one axis. https://onnx.ai/onnx/operators/onnx__ArgMax.html
import { argExtreme } from './arg-extreme';

export const argMax = argExtreme('ArgMax', (x, axis, { tf }) => tf.argMax(x, axis));
