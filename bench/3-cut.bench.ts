// Time to analyse a network's channels, plan and cut half of them, against its parameters.
import { SequentialModel } from '../src/architectures/sequential';
import { modelFromDocument } from '../src/formats/tfjs/container';
import { loadValues } from '../src/model/values';
import { costOf } from '../src/ops/cost';
import { cut } from '../src/pruning/cut';
import { prunableLayers } from '../src/pruning/plan';
import { planWidths } from '../src/pruning/plan-widths';
import { median } from './measure';

console.log('\nAnalyse, plan and cut half of the channels of a convolutional network');
for (const width of [16, 32, 64, 128, 256]) {
  const model = modelFromDocument(
    new SequentialModel('growing', [28, 28, 1], 1)
      .conv('conv1', width, 5)
      .maxPool('pool1', 2)
      .conv('conv2', 2 * width, 5)
      .maxPool('pool2', 2)
      .flatten('flatten')
      .dense('dense', 8 * width, 'relu')
      .dense('classes', 10, 'softmax')
      .document(),
    [],
  );
  const times = [];
  for (let round = 0; round < 7; round++) {
    const start = performance.now();
    const layers = prunableLayers(model, undefined);
    const relevance = layers.map(({ layer, channels }) => ({
      layer: layer.name,
      observations: 0,
      scores: Float64Array.from(channels, (_, i) => (i * 7919) % channels.length),
    }));
    const widths = new Map(layers.map(({ layer, channels }) => [layer.name, channels.length / 2]));
    const plan = planWidths(model, relevance, widths);
    await loadValues(cut(model.graph, plan.channels, plan.removed));
    times.push(performance.now() - start);
  }
  const { parameters } = costOf(model);
  console.log(
    `  ${parameters.toLocaleString('en').padStart(10)} parameters  ${median(times.sort((a, b) => a - b))
      .toFixed(1)
      .padStart(7)} ms`,
  );
}
