// Finds the newest PyTorch on this machine and talks to it. NEURON_PRUNER_PYTHON names another Python to try first.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Torch {
  readonly version: string;
  /** Images a second. */
  rate(kind: 'train' | 'vgg16' | 'infer', optimizer: string, batch: number, steps: number): Promise<number>;
  stop(): void;
}

/** Undefined, with a line printed, where no Python has PyTorch. */
export async function startTorch(threads: number): Promise<Torch | undefined> {
  const candidates = [process.env.NEURON_PRUNER_PYTHON, 'python3', '/usr/bin/python3'].filter(
    (path) => path !== undefined,
  );
  const found = candidates.flatMap((python) => {
    const { status, stdout } = spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], {
      encoding: 'utf8',
    });
    return status === 0 ? [{ python, version: stdout.trim() }] : [];
  });
  const newest = found.sort((a, b) => compareVersions(b.version, a.version))[0];
  if (newest === undefined) {
    console.log(
      `PyTorch: skipped, none of ${candidates.join(', ')} can import torch. ` +
        'Install it (pip install torch, or apt-get install python3-torch libopenblas0-pthread) or set NEURON_PRUNER_PYTHON.',
    );
    return undefined;
  }
  return talk(
    newest.version,
    spawn(newest.python, ['bench/pytorch_peer.py', String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
}

async function talk(version: string, child: ChildProcess): Promise<Torch> {
  if (!child.stdout || !child.stdin) throw new Error('no pipes to Python');
  const { stdin } = child;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('Python ended');
    return value;
  };
  await next();
  return {
    version,
    async rate(kind, optimizer, batch, steps) {
      stdin.write(`${kind} ${optimizer} ${batch} ${steps}\n`);
      return Number(await next());
    },
    stop: () => stdin.end(),
  };
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map((part) => Number.parseInt(part, 10)));
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
