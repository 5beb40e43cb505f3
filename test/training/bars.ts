// A small task that is quickly learned, and a network with everything that a training step may carry.
import type { Split } from '../../src/data/dataset';
import { float32 } from '../../src/model/tensor';
import { loadValues } from '../../src/model/values';
import { random } from '../../src/random';
import type { OptimizerName, OptimizerOptions } from '../../src/training/optimizer';
import type { TrainingOptions } from '../../src/training/train';
import { ourModel, randomise } from '../layers-model';
import { splitOf } from '../split';
import { tf } from '../tensorflow';

export const SIDE = 6;
export const SAMPLES = 48;

/** Images with a bright row in their upper, middle or lower third, which is their class. */
function bars(): Split {
  const source = random('bars');
  const values = new Float32Array(SAMPLES * SIDE * SIDE);
  const labels = Int32Array.from({ length: SAMPLES }, (_, i) => i % 3);
  labels.forEach((label, sample) => {
    const row = 2 * label + Math.floor(2 * source.next());
    for (let i = 0; i < SIDE * SIDE; i++) {
      values[sample * SIDE * SIDE + i] = 0.3 * source.next() + (Math.floor(i / SIDE) === row ? 0.7 : 0);
    }
  });
  return splitOf(float32([SAMPLES, SIDE, SIDE, 1], values), labels);
}

export const SPLIT = bars();

/** Everything a step may carry: kernels, biases, normalisation with moving averages, dropout, a layer that is frozen. */
export function layers(): tf.LayersModel {
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [SIDE, SIDE, 1], filters: 4, kernelSize: 3, padding: 'same', name: 'conv' }),
      tf.layers.batchNormalization({ name: 'norm', momentum: 0.9 }),
      tf.layers.reLU({ name: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
      tf.layers.flatten({ name: 'flatten' }),
      tf.layers.dense({ units: 12, activation: 'relu', name: 'dense', trainable: false }),
      tf.layers.dropout({ rate: 0.25, name: 'dropout' }),
      tf.layers.dense({ units: 3, activation: 'softmax', name: 'classes' }),
    ],
  });
  return randomise(network, 7);
}

export const MODEL = await ourModel(layers());
export const START = await loadValues(MODEL.graph);

export const OPTIMIZERS: Readonly<Record<OptimizerName, { optimizer: OptimizerOptions; learningRate: number }>> = {
  sgd: { optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 1e-4 }, learningRate: 0.05 },
  adam: { optimizer: { name: 'adam', momentum: 0, weightDecay: 0 }, learningRate: 0.02 },
  adamw: { optimizer: { name: 'adamw', momentum: 0, weightDecay: 1e-3 }, learningRate: 0.02 },
};

export function options(name: OptimizerName, changed: Partial<TrainingOptions> = {}): TrainingOptions {
  const { optimizer, learningRate } = OPTIMIZERS[name];
  return { epochs: 3, batch: 8, optimizer, schedule: { name: 'cosine', learningRate }, seed: 'seed', ...changed };
}
