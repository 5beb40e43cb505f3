// Damaged models of every format: each is a model still, or refused in one clear sentence; never a crash, a hang, or more
// than two gigabytes. A fixed budget here; `npm run fuzz` goes on for as long as asked.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fuzz, type Sample } from './run';
import { madeSamples, realSamples } from './samples';
import { judge } from './subject';

const self = fileURLToPath(import.meta.url);

if (process.env.FUZZ_SUBJECT) {
  process.on('message', (path: string) => {
    judge(path).then((verdict) => process.send?.(verdict));
  });
} else {
  const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
  const budget = {
    mutations: number('FUZZ_MUTATIONS', 60),
    firstSeed: number('FUZZ_SEED', 1),
    seconds: number('FUZZ_SECONDS', 15),
  };
  const stand = async (samples: readonly Sample[]): Promise<void> => {
    const failures = await fuzz(self, samples, budget);
    const shown = failures.slice(0, 20).map(({ sample, seed, what }) => `${sample}, seed ${seed}: ${what}`);
    assert.equal(failures.length, 0, shown.join('\n'));
  };
  test('damaged models made here', async () => stand(await madeSamples()));
  const missing = existsSync('../shared/models') ? false : '../shared/models is missing: no real models to damage';
  for (const [format, samples] of realSamples()) {
    test(`damaged real models: ${format}`, { skip: missing }, () => stand(samples));
  }
}
