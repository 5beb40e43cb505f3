// How long a model.json of 1,003 layers waits for its CodeLenses: from the start of a new server process, and in one that
// runs already.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { deepModel } from '../../test/language/deep-model';
import { median } from '../measure';

const BLOCKS = 250;
const ROUNDS = 9;

interface Waits {
  /** Milliseconds by the clock. */
  readonly wall: number;
  /** Milliseconds of processor time that the server took. */
  readonly cpu: number;
}

export async function languageServer(): Promise<void> {
  const text = JSON.stringify(deepModel(BLOCKS), null, 2);
  const rounds: { fresh: Waits; warm: Waits }[] = [];
  for (let i = 0; i <= ROUNDS; i++) rounds.push(await round(text));
  console.log(`\nCodeLens on a model.json of ${4 * BLOCKS + 3} layers (${(text.length / 1e6).toFixed(1)} MB)`);
  for (const kind of ['fresh', 'warm'] as const) {
    const of = (figure: keyof Waits): string =>
      `${Math.round(
        median(
          rounds
            .slice(1)
            .map((waits) => waits[kind][figure])
            .sort((a, b) => a - b),
        ),
      )} ms`;
    const what = kind === 'fresh' ? 'a server that has to start' : 'a server that runs';
    console.log(`  ${what.padEnd(28)} ${of('wall').padStart(8)}   processor time ${of('cpu')}`);
  }
}

async function round(text: string): Promise<{ fresh: Waits; warm: Waits }> {
  const started = performance.now();
  const server = fork(resolve('dist/server.cjs'), ['--node-ipc'], {
    // As the extension starts it.
    execArgv: ['--max-semi-space-size=64'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const connection = createMessageConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  connection.listen();
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  await connection.sendNotification('initialized', {});
  const ask = async (uri: string, since: number, before: number): Promise<Waits> => {
    const textDocument = { uri, languageId: 'json', version: 1, text };
    await connection.sendNotification('textDocument/didOpen', { textDocument });
    await connection.sendRequest('textDocument/codeLens', { textDocument: { uri } });
    return { wall: performance.now() - since, cpu: processorTime(server.pid) - before };
  };
  const fresh = await ask('file:///bench/fresh/model.json', started, 0);
  const warm = await ask('file:///bench/warm/model.json', performance.now(), processorTime(server.pid));
  connection.dispose();
  server.kill();
  await once(server, 'exit');
  return { fresh, warm };
}

/** Of a process so far, in milliseconds; Linux counts it in hundredths of a second. */
export function processorTime(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}
