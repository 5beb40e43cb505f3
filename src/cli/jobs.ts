// Runs commands of this program side by side, each in a process of its own with one thread: two small networks trained
// at once are faster than one on two cores, and one thread makes every result repeat bit for bit.
import { spawn } from 'node:child_process';
import { UserError } from '../errors';

/** Runs tasks, at most `limit` at a time, in order. The first failure stops what has not started. */
export async function runAll(tasks: readonly (() => Promise<void>)[], limit: number): Promise<void> {
  const waiting = [...tasks];
  const worker = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      try {
        await task();
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

/** Runs this program with --json and returns what it printed. */
export function runCommand(args: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1] ?? '', ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed: Buffer[] = [];
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(Buffer.concat(printed).toString('utf8')));
      else reject(new UserError(`neuron-pruner ${args.join(' ')} failed: ${errors.trim().split('\n').at(-1)}`));
    });
  });
}
