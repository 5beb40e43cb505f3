// Layers on inputs of open size: "same" pads as much as the size takes that comes, as TensorFlow does.
import { test } from 'node:test';
import { ourModel, predict, randomise } from '../layers-model';
import { outputFor } from '../run';
import { tf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';

const padding = 'same';

test('sequences and images of any size are padded as TensorFlow.js pads them, whatever rest a stride leaves', async () => {
  const line = tf.sequential({
    layers: [
      tf.layers.conv1d({ inputShape: [null, 2], filters: 4, kernelSize: 4, strides: 3, padding }),
      tf.layers.maxPooling1d({ poolSize: 3, strides: 2, padding }),
    ],
  });
  const image = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [null, null, 3], filters: 4, kernelSize: 3, strides: 2, padding }),
      tf.layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding }),
      tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding }),
    ],
  });
  for (const [source, samples] of [
    [line, [13, 14, 15].map((length) => [2, length, 2])],
    [image, [17, 18, 20].map((width) => [2, width, 21, 3])],
  ] as const) {
    const model = await ourModel(randomise(source, 1));
    for (const shape of samples) {
      const sample = drawn(shape, shape.join());
      assertClose(await outputFor(model.graph, sample), predict(source, sample), 1e-5, shape.join('×'));
    }
  }
});
