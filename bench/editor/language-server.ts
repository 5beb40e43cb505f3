// How long a model.json of 1,003 layers waits for its CodeLenses: from the start of a new server process, and in one that
// runs already.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { deepModel } from '../../test/language/deep-model';
import { processorTime, showWaits, type Waits } from './waits';

const BLOCKS = 250;
const ROUNDS = 9;

export async function languageServer(): Promise<void> {
  const text = JSON.stringify(deepModel(BLOCKS), null, 2);
  const rounds: { fresh: Waits; warm: Waits }[] = [];
  for (let i = 0; i <= ROUNDS; i++) rounds.push(await round(text));
  console.log(`\nCodeLens on a model.json of ${4 * BLOCKS + 3} layers (${(text.length / 1e6).toFixed(1)} MB)`);
  showWaits(
    'a server that has to start',
    rounds.slice(1).map(({ fresh }) => fresh),
  );
  showWaits(
    'a server that runs',
    rounds.slice(1).map(({ warm }) => warm),
  );
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
