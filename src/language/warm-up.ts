// The first model that a new process analyses takes it three times as long as a later one: its code is still interpreted.
// A server that nobody has asked anything yet practises on a model of its own, so that a person's first is a later one.
import { setImmediate } from 'node:timers/promises';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { analyseModel } from './model-analysis';
import { modelLenses } from './model-lenses';
import { MeasuredModels } from './relevance';

/** Half a second on most machines; more is worth little. */
const ROUNDS = 25;

/** Ends early where there is something to do. */
export async function warmUp(isWanted: () => boolean): Promise<void> {
  const text = JSON.stringify(practiceModel(20), null, 2);
  const measured = new MeasuredModels();
  for (let round = 0; round < ROUNDS; round++) {
    // What came meanwhile is heard between two rounds.
    await setImmediate();
    if (!isWanted()) return;
    const analysis = analyseModel('/practice/model.json', text);
    const document = TextDocument.create('file:///practice/model.json', 'json', 1, text);
    if (analysis !== undefined) modelLenses(document, analysis, measured);
  }
}

/** Blocks of what most networks are made of, 16 channels wide. */
export function practiceModel(blocks: number): Record<string, unknown> {
  const layers: Record<string, unknown>[] = [];
  const weights: { name: string; shape: readonly number[]; dtype: string }[] = [];
  const layer = (class_name: string, name: string, from: readonly string[], config: Record<string, unknown> = {}) => {
    const inbound_nodes = from.length === 0 ? [] : [from.map((one) => [one, 0, 0, {}])];
    layers.push({ class_name, name, config: { name, ...config }, inbound_nodes });
    return name;
  };
  const weight = (name: string, ...shape: number[]) => weights.push({ name, shape, dtype: 'float32' });
  const common = { kernel_size: [3, 3], padding: 'same', use_bias: false };
  const conv = (name: string, from: string) => {
    weight(`${name}/kernel`, 3, 3, 16, 16);
    return layer('Conv2D', name, [from], { ...common, filters: 16 });
  };
  layer('InputLayer', 'input', [], { batch_input_shape: [null, 32, 32, 16] });
  let before = conv('stem', 'input');
  for (let i = 0; i < blocks; i++) {
    const apart = layer('DepthwiseConv2D', `apart_${i}`, [conv(`conv_${i}`, before)], common);
    weight(`${apart}/depthwise_kernel`, 3, 3, 16, 1);
    const norm = layer('BatchNormalization', `norm_${i}`, [apart], { axis: 3 });
    for (const name of ['gamma', 'beta', 'moving_mean', 'moving_variance']) weight(`${norm}/${name}`, 16);
    const relu = layer('Activation', `relu_${i}`, [norm], { activation: 'relu' });
    before = layer('Add', `add_${i}`, [relu, before]);
  }
  const pool = layer('GlobalAveragePooling2D', 'pool', [before]);
  const classes = layer('Dense', 'classes', [pool], { units: 10, activation: 'softmax' });
  weight(`${classes}/kernel`, 16, 10);
  weight(`${classes}/bias`, 10);
  const ends = { input_layers: [['input', 0, 0]], output_layers: [[classes, 0, 0]] };
  const model_config = { class_name: 'Functional', config: { name: 'practice', layers, ...ends } };
  return {
    format: 'layers-model',
    modelTopology: { model_config },
    weightsManifest: [{ paths: ['practice.bin'], weights }],
  };
}
