// Training and inference of LeNet-5, training of a VGG16 of a quarter of the width: our engines, and PyTorch.
import { cpus } from 'node:os';
import { buildModel } from '../src/architectures/index';
import type { Engine } from '../src/engines/engine';
import { onnxruntime } from '../src/engines/onnxruntime';
import { tensorflow } from '../src/engines/tensorflow';
import { loadTensorflow } from '../src/engines/tensorflow/load';
import { messageOf } from '../src/errors';
import type { Model } from '../src/model/model';
import { float32 } from '../src/model/tensor';
import { loadValues } from '../src/model/values';
import type { OptimizerName } from '../src/training/optimizer';
import { train } from '../src/training/train';
import { type Contender, interleave, show } from './measure';
import { startTorch } from './pytorch';
import { samplesSplit } from './samples';

const ROUNDS = 9;
const STEPS = 60;
/** A step of a deep network takes as long as fifty of LeNet-5. */
const DEEP_STEPS = 6;
const DEEP_ROUNDS = 5;
const threads = Number(process.env.NEURON_PRUNER_THREADS ?? cpus().length);
const torch = await startTorch(threads);
const engines = await ourEngines();
console.log(
  `LeNet-5 (20-50-500-10), 28×28, ${threads} threads, ${ROUNDS} rounds of ${STEPS} steps${torch ? `, PyTorch ${torch.version}` : ''}`,
);

const lenet = buildModel('lenet5', { inputShape: [28, 28, 1], classes: 10, seed: 1 });
const values = await loadValues(lenet.graph);

for (const optimizer of ['sgd', 'adam'] as const) {
  for (const batch of [64, 128]) {
    const contenders = engines.map((ours) => training(ours, lenet, optimizer, batch));
    if (torch) contenders.push({ name: 'PyTorch', round: () => torch.rate('train', optimizer, batch, STEPS) });
    show(`training, ${optimizer}, batch ${batch}`, await interleave(contenders, ROUNDS), 'images/s');
  }
}
for (const batch of [64, 128]) {
  const contenders = await Promise.all(engines.map((ours) => inference(ours, batch)));
  if (torch) contenders.push({ name: 'PyTorch', round: () => torch.rate('infer', '-', batch, 2 * STEPS) });
  show(`inference, batch ${batch}`, await interleave(contenders, ROUNDS), 'images/s');
}
const vgg = buildModel('vgg16', { inputShape: [64, 64, 3], classes: 10, seed: 1, width: 0.25 });
const deep = engines.slice(0, 1).map((ours) => training({ ...ours, steps: DEEP_STEPS }, vgg, 'adam', 64));
if (torch) deep.push({ name: 'PyTorch', round: () => torch.rate('vgg16', 'adam', 64, DEEP_STEPS) });
show(
  'training, VGG16 of a quarter of the width on 64×64, adam, batch 64',
  await interleave(deep, DEEP_ROUNDS),
  'images/s',
);
torch?.stop();

interface OurEngine {
  readonly name: string;
  readonly engine: Engine;
  /** Steps a round. */
  readonly steps: number;
}

/** The first is what the others are compared with. */
async function ourEngines(): Promise<OurEngine[]> {
  const native = await loadTensorflow({ backend: 'native', threads }).then(
    ({ library }) => [
      { name: `TensorFlow ${library}`, engine: tensorflow({ backend: 'native', threads }), steps: STEPS },
    ],
    (error: unknown) => {
      console.log(`TensorFlow natively: skipped (npm run tfjs-node builds it): ${messageOf(error)}`);
      return [];
    },
  );
  return [
    { name: 'onnxruntime', engine: onnxruntime({ threads }), steps: STEPS },
    ...native,
    { name: 'TensorFlow.js, wasm', engine: tensorflow({ backend: 'wasm' }), steps: STEPS / 6 },
  ];
}

/** The real loop, reading samples and all, timed from its tenth step on: compiling the graph is not a step. */
function training(
  { name, engine, steps }: OurEngine,
  { graph }: Model,
  optimizer: OptimizerName,
  batch: number,
): Contender {
  return {
    name,
    async round() {
      const warm = Math.min(10, steps / 2);
      let step = 0;
      let start = 0;
      await train(
        engine,
        graph,
        await loadValues(graph),
        samplesSplit(batch * (steps + warm), (graph.inputs[0]?.shape ?? []).slice(1).map(Number)),
        {
          epochs: 1,
          batch,
          optimizer: { name: optimizer, momentum: 0.9, weightDecay: 0.0005 },
          schedule: { name: 'constant', learningRate: optimizer === 'sgd' ? 0.01 : 0.001 },
          seed: 'bench',
        },
        {
          stopped() {
            step++;
            if (step === warm) start = performance.now();
            return false;
          },
        },
      );
      return (steps * batch * 1000) / (performance.now() - start);
    },
  };
}

async function inference({ name, engine, steps }: OurEngine, batch: number): Promise<Contender> {
  const input = lenet.graph.inputs[0]?.name ?? '';
  const program = await engine.compile(lenet.graph, values);
  const feeds = { [input]: float32([batch, 28, 28, 1], new Float32Array(batch * 784).fill(0.5)) };
  return {
    name,
    async round() {
      const start = performance.now();
      for (let step = 0; step < 2 * steps; step++) await program.run(feeds);
      return (2 * steps * batch * 1000) / (performance.now() - start);
    },
  };
}
