// Side by side with Torch-Pruning (PyTorch modules) and qonnx's PruneChannels (ONNX files) on torchvision's networks with
// random weights: the groups found, the time to analyse and to cut half of the channels by L1 norm, and the memory it
// takes on top. Every run is a process of its own, one after the other; medians of three. "again" is the median of five more
// networks in the same process, as in an editor that stays open.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onnxruntime } from '../src/engines/onnxruntime';
import { openModel } from '../src/formats/open';
import { costOf } from '../src/ops/cost';
import { candidatesOf } from '../src/pruning/candidates';
import { cut } from '../src/pruning/cut';
import { planLayers, widthsFor } from '../src/pruning/plan-widths';
import { measureOf } from '../src/pruning/relevance/index';
import { measureRelevance } from '../src/pruning/relevance/score';
import { median } from './measure';
import { pythonWith } from './pythons';

interface Result {
  readonly analyse: number;
  readonly cut: number;
  /** Seconds of a network after the first in the same process. */
  readonly again?: number;
  readonly bytes: number;
  readonly parameters: number;
  readonly groups?: readonly (readonly string[])[];
  readonly version?: string;
  readonly error?: string;
}

const ALL = ['resnet18', 'mobilenet_v2', 'densenet121', 'vgg16'];
/** PEERS=vgg16 compares on that one alone. */
const NETWORKS = process.env.PEERS?.split(',') ?? ALL;
const ROUNDS = 3;
const REPEATED = 5;
/** Milliseconds after which a peer is given up. */
const PATIENCE = 60_000;
const PEER = 'bench/pruning_peer.py';

if (process.env.BENCH_CUT) console.log(JSON.stringify(await repeated(process.env.BENCH_CUT)));
else compare();

async function repeated(file: string): Promise<Result> {
  const first = await ours(file);
  const others: number[] = [];
  for (let i = 0; i < REPEATED; i++) {
    const { analyse, cut } = await ours(file);
    others.push(analyse + cut);
  }
  return { ...first, again: median(others.sort((a, b) => a - b)) };
}

/** Analyses a network and cuts half of its channels: what the peers are asked for. */
async function ours(file: string): Promise<Result> {
  // The peers have their network in memory when the clock starts; ours is open, its weights still in the file.
  const model = await openModel(file);
  const before = peakBytes();
  const start = performance.now();
  const scores = await measureRelevance(measureOf('l1'), model, onnxruntime(), undefined, { k: 4, seed: 1 });
  const candidates = candidatesOf(model, scores, { reduction: 'first', normalization: 'none' });
  const analysed = performance.now();
  const plan = planLayers(
    candidates,
    widthsFor(candidates, () => 0.5),
  );
  const graph = cut(model.graph, plan.channels, plan.removed);
  for (const weight of graph.weights.values()) await weight.bytes();
  const end = performance.now();
  const weights = new Map(candidates.layers.map(({ name, weight }) => [name, weight.value.replace(/\.weight$/, '')]));
  const groups = candidates.choices.map(({ neurons }) => [...neurons.keys()].map((name) => weights.get(name) ?? name));
  return {
    analyse: (analysed - start) / 1000,
    cut: (end - analysed) / 1000,
    bytes: peakBytes() - before,
    parameters: costOf({ ...model, graph }).parameters,
    groups: groups.map((names) => names.sort()),
  };
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

function compare(): void {
  const python = pythonWith('torch_pruning, torchvision, onnx');
  if (python === undefined) return;
  const qonnx = pythonWith('qonnx');
  console.log('\nAnalyse and cut half of the channels by L1 norm (seconds, megabytes on top of what stood before)');
  for (const name of NETWORKS) {
    const file = exported(python, name);
    const runs = { ours: [] as Result[], torch: [] as Result[], qonnx: [] as Result[] };
    for (let round = 0; round < ROUNDS; round++) {
      const self = fileURLToPath(import.meta.url);
      runs.ours.push(resultOf(process.execPath, [self], { BENCH_CUT: file }));
      runs.torch.push(resultOf(python, [PEER, 'prune', name]));
      // What fails once fails again.
      if (qonnx && runs.qonnx.every(({ error }) => error === undefined))
        runs.qonnx.push(resultOf(qonnx, [PEER, 'qonnx', file]));
    }
    console.log(`  ${name}`);
    const own = show('Neuron Pruner', runs.ours);
    if (own) {
      show(`Torch-Pruning ${runs.torch[0]?.version ?? ''}`, runs.torch, own);
      if (qonnx) show(`qonnx ${runs.qonnx[0]?.version ?? ''}`, runs.qonnx, own);
      showGroups(runs.ours[0]?.groups ?? [], runs.torch[0]?.groups ?? []);
    }
  }
}

function show(name: string, runs: readonly Result[], own?: Result): Result | undefined {
  const failed = runs.find(({ error }) => error !== undefined);
  if (failed) {
    console.log(`    ${name.padEnd(22)} ${failed.error}`);
    return undefined;
  }
  const middle = (pick: (run: Result) => number): number => median(runs.map(pick).sort((a, b) => a - b));
  const result = {
    analyse: middle((run) => run.analyse),
    cut: middle((run) => run.cut),
    ...(runs[0]?.again !== undefined && { again: middle(({ again = 0 }) => again) }),
    bytes: middle((run) => run.bytes),
    parameters: runs[0]?.parameters ?? 0,
  };
  const [time, memory] = [result.analyse + result.cut, result.bytes / 2 ** 20];
  const again = result.again === undefined ? '' : ` (again ${result.again.toFixed(2)} s)`;
  const againRatio =
    own?.again === undefined || result.again === undefined ? '' : ` (again ${(result.again / own.again).toFixed(1)} ×)`;
  // Ours may stay below what the process took before.
  const memoryRatio = own && own.bytes > 0 ? `, ${(result.bytes / own.bytes).toFixed(1)} × our memory` : '';
  const ratio = own ? `   ${(time / (own.analyse + own.cut)).toFixed(1)} × our time${againRatio}${memoryRatio}` : '';
  console.log(
    `    ${name.padEnd(22)} ${result.analyse.toFixed(2)} + ${result.cut.toFixed(2)} s${again}, ${memory.toFixed(0)} MB, ` +
      `${result.parameters.toLocaleString('en')} parameters left${ratio}`,
  );
  return result;
}

/** Groups are told by the layers that make their channels; each is found by both or by one alone. */
function showGroups(own: readonly (readonly string[])[], others: readonly (readonly string[])[]): void {
  const keys = (groups: readonly (readonly string[])[]): Set<string> =>
    new Set(groups.map((names) => names.join(' + ')));
  const [left, right] = [keys(own), keys(others)];
  const [onlyOurs, onlyTheirs] = [
    [...left].filter((key) => !right.has(key)),
    [...right].filter((key) => !left.has(key)),
  ];
  console.log(`    groups: ${left.size} ours, ${right.size} theirs, ${left.size - onlyOurs.length} the same`);
  if (onlyOurs.length > 0) console.log(`      only ours: ${onlyOurs.slice(0, 5).join('; ')}`);
  if (onlyTheirs.length > 0) console.log(`      only theirs: ${onlyTheirs.slice(0, 5).join('; ')}`);
}

function exported(python: string, name: string): string {
  const folder = join(tmpdir(), 'neuron-pruner-bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.onnx`);
  if (existsSync(file)) return file;
  const { status, stderr } = spawnSync(python, [PEER, 'export', name, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} could not be exported: ${stderr.slice(-500)}`);
  return file;
}

function resultOf(program: string, args: readonly string[], environment: Record<string, string> = {}): Result {
  const { stdout, stderr, status, signal } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: PATIENCE,
    maxBuffer: 2 ** 26,
    env: { ...process.env, ...environment },
  });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (status !== 0 || !line.startsWith('{')) {
    const why = signal === 'SIGTERM' ? 'given up after a minute' : (stderr.trim().split('\n').at(-1) ?? 'no output');
    return { analyse: 0, cut: 0, bytes: 0, parameters: 0, error: `failed: ${why.slice(0, 200)}` };
  }
  return JSON.parse(line) as Result;
}
