// How long the Layers tree waits for the full VGG16, 138,357,544 parameters: what the process that answers the editor's
// questions takes for its inspection and the prediction of its plan, neither of which reads a weight.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildModel } from '../../src/architectures/index';
import { Inquiries } from '../../src/session/client/inquiries';
import { processorTime, showWaits, type Waits } from './waits';

const ROUNDS = 5;

export async function layerTree(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'neuron-pruner-bench-'));
  try {
    const made = buildModel('vgg16', { inputShape: [224, 224, 3], classes: 1000, seed: 1 });
    const path = await made.container.write(made, join(folder, 'vgg16'));
    const rounds: { fresh: Waits; warm: Waits }[] = [];
    let parameters = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const inquiries = new Inquiries({ module: resolve('dist/session.cjs'), log: join(folder, 'process.log') });
      const ask = async (): Promise<Waits> => {
        const { pid } = inquiries.process ?? {};
        const [start, before] = [performance.now(), pid === undefined ? 0 : processorTime(pid)];
        ({ parameters } = await inquiries.inspect(path));
        const prune = { method: 'search', measure: 'taylor' } as const;
        await inquiries.predict({ recipe: { model: path, data: { source: 'digits' }, prune }, folder });
        return { wall: performance.now() - start, cpu: processorTime(inquiries.process?.pid) - before };
      };
      rounds.push({ fresh: await ask(), warm: await ask() });
      inquiries.dispose();
    }
    console.log(`\nLayers of VGG16, ${parameters.toLocaleString('en')} parameters`);
    showWaits(
      'a process that has to start',
      rounds.map(({ fresh }) => fresh),
    );
    showWaits(
      'a process that runs',
      rounds.map(({ warm }) => warm),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
