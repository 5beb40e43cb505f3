// Damaged models of every format: each is a model still, that can be cut and written, or refused in one clear sentence;
// never a crash, a hang, more than two gigabytes, or a file outside its folder. A fixed budget here; `npm run fuzz` goes on
// for as long as asked.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fuzz, type Sample } from './run';
import { madeSamples, realSamples } from './samples';
import { judge, type Task } from './subject';

const self = fileURLToPath(import.meta.url);

if (process.env.FUZZ_SUBJECT) {
  process.on('message', ({ path, result }: Task) => {
    judge(path, result).then((verdict) => process.send?.(verdict));
  });
} else {
  const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
  const budget = {
    mutations: number('FUZZ_MUTATIONS', 60),
    firstSeed: number('FUZZ_SEED', 1),
    seconds: number('FUZZ_SECONDS', 15),
  };
  const stand = async (t: TestContext, samples: readonly Sample[]): Promise<void> => {
    const { failures, judged, opened } = await fuzz(self, samples, budget);
    t.diagnostic(`${judged} damaged models, ${opened} of them models still`);
    const shown = failures.slice(0, 20).map(({ sample, seed, what }) => `${sample}, seed ${seed}: ${what}`);
    assert.equal(failures.length, 0, shown.join('\n'));
  };
  test('damaged models made here', async (t) => stand(t, await madeSamples()));
  const missing = existsSync('../shared/models') ? false : '../shared/models is missing: no real models to damage';
  for (const [format, samples] of realSamples()) {
    test(`damaged real models: ${format}`, { skip: missing }, (t) => stand(t, samples));
  }
}
