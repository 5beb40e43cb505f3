// The kernels that the WebAssembly backend lacks for training, and faster ones for what it has.
import type { TensorFlow } from '../runtime';
import { batchMatMul } from './batch-matmul';
import { conv2dBackpropFilter, conv2dBackpropInput } from './conv2d-gradients';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise-gradients';
import type { Inputs, Kernel } from './kernel';
import { maxPoolGrad } from './max-pool-grad';
import { unsortedSegmentSum } from './unsorted-segment-sum';

const KERNELS: readonly Kernel[] = [
  batchMatMul,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  maxPoolGrad,
  unsortedSegmentSum,
];

export function registerKernels(tf: TensorFlow): void {
  for (const { name, make } of KERNELS) {
    const present = tf.getKernel(name, 'wasm');
    const compute = make(tf, present);
    if (present) tf.unregisterKernel(name, 'wasm');
    tf.registerKernel({
      kernelName: name,
      backendName: 'wasm',
      // What a kernel computes on the way is freed when it ends.
      kernelFunc: ({ inputs, attrs = {}, backend }) => tf.tidy(() => compute(inputs as Inputs, attrs, backend)),
    });
  }
}
