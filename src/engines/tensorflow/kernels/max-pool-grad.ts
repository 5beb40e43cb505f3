// MaxPoolGrad: the backend's own is slow, and wrong where windows overlap. The gradient of a window goes to the first of
// its largest elements, as TensorFlow has it.
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { inputOf, type Kernel } from './kernel';

export const maxPoolGrad: Kernel = {
  name: 'MaxPoolGrad',
  make: (tf) => (inputs, attributes) => {
    const [dy, x] = [inputOf<Tensor4D>(inputs, 'dy'), inputOf<Tensor4D>(inputs, 'input')];
    const { filterSize, strides, pad } = attributes;
    const info = tf.backend_util.computePool2DInfo(x.shape, filterSize as number, strides as number, 1, pad as 'valid');
    const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = info;
    const [values, gradients] = [x.dataSync(), dy.dataSync()];
    const result = new Float32Array(values.length);
    let out = 0;
    for (let image = 0; image < info.batchSize; image++) {
      for (let row = 0; row < outHeight; row++) {
        const top = row * info.strideHeight - info.padInfo.top;
        for (let column = 0; column < outWidth; column++) {
          const left = column * info.strideWidth - info.padInfo.left;
          for (let channel = 0; channel < inChannels; channel++) {
            let [best, at] = [Number.NEGATIVE_INFINITY, -1];
            for (let y = Math.max(top, 0); y < Math.min(top + filterHeight, inHeight); y++) {
              for (let z = Math.max(left, 0); z < Math.min(left + filterWidth, inWidth); z++) {
                const index = ((image * inHeight + y) * inWidth + z) * inChannels + channel;
                const value = values[index] as number;
                if (value > best) [best, at] = [value, index];
              }
            }
            if (at >= 0) result[at] = (result[at] as number) + (gradients[out] as number);
            out++;
          }
        }
      }
    }
    return tf.tensor(result, x.shape, 'float32');
  },
};
