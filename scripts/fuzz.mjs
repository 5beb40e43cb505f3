// Damages models for as long as asked: `npm run fuzz -- 600 7` takes 600 seconds a format, from seed 7 on.
import { spawnSync } from 'node:child_process';

const [seconds = '300', seed = '1'] = process.argv.slice(2);
const { status } = spawnSync(process.execPath, ['scripts/test.mjs', 'fuzz'], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_SECONDS: seconds, FUZZ_SEED: seed, FUZZ_MUTATIONS: String(Number.MAX_SAFE_INTEGER) },
});
process.exit(status ?? 1);
