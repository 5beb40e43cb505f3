// VGG16 at its full size, 138,357,544 parameters: load, cut both 4096-wide layers to a quarter by L1 norm, save; beside
// Torch-Pruning on the same network, from its own format into its own. Ours also counts the weights that are not zero,
// before and after. Every run is a process of its own; medians of three.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildModel, madeFor } from '../src/architectures/index';
import { makeRecipe } from '../src/session/recipe';
import { pruneWithoutData } from '../src/session/without-data';
import { median } from './measure';
import { pythonWith } from './pythons';

interface Result {
  readonly seconds: number;
  readonly bytes: number;
  readonly parameters: number;
}

const ROUNDS = 3;
const PEER = 'bench/pruning_peer.py';
const folder = join(tmpdir(), 'neuron-pruner-bench');
const model = join(folder, 'vgg16');
const state = join(folder, 'vgg16.pt');

if (process.env.BENCH_WHOLE) console.log(JSON.stringify(await ours()));
else await compare();

async function ours(): Promise<Result> {
  const out = join(folder, 'vgg16-cut');
  rmSync(out, { recursive: true, force: true });
  const ratios = { method: 'ratio', measure: 'l1', ratios: { fc1: 0.75, fc2: 0.75 }, layers: ['fc1', 'fc2'] };
  const recipe = makeRecipe(
    { model: join(model, 'model.json'), prune: ratios, retrain: { epochs: 0 } },
    folder,
    'bench',
  );
  const before = peakBytes();
  const start = performance.now();
  const { after } = await pruneWithoutData(recipe, out);
  return { seconds: (performance.now() - start) / 1000, bytes: peakBytes() - before, parameters: after.parameters };
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

async function compare(): Promise<void> {
  console.log('\nVGG16, 138,357,544 parameters: load, cut both 4096-wide layers to a quarter, save');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(model)) {
    const made = buildModel('vgg16', { ...madeFor('vgg16'), seed: 1 });
    await made.container.write(made, model);
  }
  const python = pythonWith('torch_pruning, torchvision');
  if (python && !existsSync(state)) spawnSync(python, [PEER, 'state', state]);
  const [own, theirs]: [Result[], Result[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    own.push(resultOf(process.execPath, [fileURLToPath(import.meta.url)], { BENCH_WHOLE: 'yes' }));
    if (python) theirs.push(resultOf(python, [PEER, 'vgg16', state]));
  }
  const mine = show('Neuron Pruner', own);
  if (theirs.length > 0) show('Torch-Pruning', theirs, mine);
}

function show(name: string, runs: readonly Result[], own?: Result): Result {
  const middle = (pick: (run: Result) => number): number => median(runs.map(pick).sort((a, b) => a - b));
  const result = {
    seconds: middle((run) => run.seconds),
    bytes: middle((run) => run.bytes),
    parameters: runs[0]?.parameters ?? 0,
  };
  const ratio = own
    ? `   ${(result.seconds / own.seconds).toFixed(1)} × our time, ${(result.bytes / own.bytes).toFixed(1)} × our memory`
    : '';
  console.log(
    `  ${name.padEnd(16)} ${result.seconds.toFixed(1)} s, ${Math.round(result.bytes / 2 ** 20).toLocaleString('en')} MB on top, ` +
      `${result.parameters.toLocaleString('en')} parameters left${ratio}`,
  );
  return result;
}

function resultOf(program: string, args: readonly string[], environment: Record<string, string> = {}): Result {
  const { stdout, stderr, status } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr.slice(-300)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Result;
}
