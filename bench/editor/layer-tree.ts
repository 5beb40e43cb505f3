// How long the Layers tree waits for the full VGG16, 138,357,544 parameters: what the process that answers the editor's
// questions takes for its inspection and the prediction of its plan, neither of which reads a weight.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildModel } from '../../src/architectures/index';
import { Inquiries } from '../../src/session/client';
import { median } from '../measure';

const ROUNDS = 5;

export async function layerTree(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'neuron-pruner-bench-'));
  try {
    const made = buildModel('vgg16', { inputShape: [224, 224, 3], classes: 1000, seed: 1 });
    const path = await made.container.write(made, join(folder, 'vgg16'));
    if (!existsSync(path)) throw new Error(`${path} is missing`);
    const [fresh, warm]: [number[], number[]] = [[], []];
    let parameters = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const inquiries = new Inquiries({ module: resolve('dist/session.cjs'), log: join(folder, 'process.log') });
      const ask = async (): Promise<number> => {
        const start = performance.now();
        ({ parameters } = await inquiries.inspect(path));
        const recipe = {
          model: path,
          data: { source: 'digits' },
          prune: { method: 'search', measure: 'taylor' },
        } as const;
        await inquiries.predict({ recipe, folder });
        return performance.now() - start;
      };
      fresh.push(await ask());
      warm.push(await ask());
      inquiries.dispose();
    }
    console.log(`\nLayers of VGG16, ${parameters.toLocaleString('en')} parameters`);
    for (const [what, times] of [
      ['a process that has to start', fresh],
      ['a process that runs', warm],
    ] as const) {
      console.log(`  ${what.padEnd(28)} ${Math.round(median(times.sort((a, b) => a - b)))} ms`.padEnd(40));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
