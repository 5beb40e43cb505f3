// A model.json of as many layers as wanted, as tensorflowjs_converter writes them, without shards.

interface Manifest {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

const INITIALIZER = { class_name: 'VarianceScaling', config: { scale: 1, mode: 'fan_avg', distribution: 'uniform' } };

/** Blocks of convolution, normalisation, activation and a sum with what came in: four layers a block. */
export function deepModel(blocks: number, width = 16): Record<string, unknown> {
  const layers: Record<string, unknown>[] = [];
  const weights: Manifest[] = [];
  const add = (class_name: string, name: string, inbound: readonly string[], config: Record<string, unknown>): void => {
    layers.push({
      class_name,
      name,
      config: { name, trainable: true, dtype: 'float32', ...config },
      inbound_nodes: inbound.length === 0 ? [] : [inbound.map((from) => [from, 0, 0, {}])],
    });
  };
  const weight = (name: string, ...shape: number[]): void => void weights.push({ name, shape, dtype: 'float32' });
  add('InputLayer', 'input', [], { batch_input_shape: [null, 32, 32, width], sparse: false });
  for (let i = 0, before = 'input'; i < blocks; i++, before = `add_${i - 1}`) {
    add('Conv2D', `conv_${i}`, [before], {
      filters: width,
      kernel_size: [3, 3],
      strides: [1, 1],
      padding: 'same',
      data_format: 'channels_last',
      dilation_rate: [1, 1],
      activation: 'linear',
      use_bias: false,
      kernel_initializer: INITIALIZER,
      bias_initializer: { class_name: 'Zeros', config: {} },
    });
    weight(`conv_${i}/kernel`, 3, 3, width, width);
    add('BatchNormalization', `bn_${i}`, [`conv_${i}`], {
      axis: 3,
      momentum: 0.99,
      epsilon: 0.001,
      center: true,
      scale: true,
    });
    for (const name of ['gamma', 'beta', 'moving_mean', 'moving_variance']) weight(`bn_${i}/${name}`, width);
    add('Activation', `relu_${i}`, [`bn_${i}`], { activation: 'relu' });
    add('Add', `add_${i}`, [`relu_${i}`, before], {});
  }
  add('GlobalAveragePooling2D', 'pool', [`add_${blocks - 1}`], { data_format: 'channels_last' });
  add('Dense', 'classes', ['pool'], { units: 10, activation: 'softmax', use_bias: true });
  weight('classes/kernel', width, 10);
  weight('classes/bias', 10);
  return {
    format: 'layers-model',
    generatedBy: 'keras v2.4.0',
    convertedBy: 'TensorFlow.js Converter v2.7.0',
    modelTopology: {
      keras_version: '2.4.0',
      backend: 'tensorflow',
      model_config: {
        class_name: 'Functional',
        config: { name: 'deep', layers, input_layers: [['input', 0, 0]], output_layers: [['classes', 0, 0]] },
      },
    },
    weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights }],
  };
}
