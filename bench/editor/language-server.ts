// How long a model.json of 1,003 layers waits for its CodeLenses: from the start of a new server process, and in one that
// has run since the workspace was opened, which is what a person has who opens a workspace and then a model.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { deepModel } from '../../test/language/deep-model';
import { processorTime, showWaits, type Waits } from './waits';

const BLOCKS = 250;
const ROUNDS = 9;

/** Milliseconds between a workspace and the first model that a person opens in it, if they are quick. */
const BROWSING = 1500;

export async function languageServer(): Promise<void> {
  const text = JSON.stringify(deepModel(BLOCKS), null, 2);
  const rounds: { fresh: Waits; running: Waits }[] = [];
  for (let i = 0; i <= ROUNDS; i++) rounds.push({ fresh: await wait(text, 0), running: await wait(text, BROWSING) });
  console.log(`\nCodeLens on a model.json of ${4 * BLOCKS + 3} layers (${(text.length / 1e6).toFixed(1)} MB)`);
  showWaits(
    'a server that has to start',
    rounds.slice(1).map(({ fresh }) => fresh),
  );
  showWaits(
    'a server that runs, its first model',
    rounds.slice(1).map(({ running }) => running),
  );
}

/** @param browsing milliseconds that the server has run for; 0 counts its start in. */
async function wait(text: string, browsing: number): Promise<Waits> {
  let since = performance.now();
  const server = fork(resolve('dist/server.cjs'), ['--node-ipc'], {
    // As the extension starts it.
    execArgv: ['--max-semi-space-size=64'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const connection = createMessageConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  connection.listen();
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  await connection.sendNotification('initialized', {});
  let before = 0;
  if (browsing > 0) {
    await setTimeout(browsing);
    since = performance.now();
    before = processorTime(server.pid);
  }
  const uri = 'file:///bench/model.json';
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'json', version: 1, text },
  });
  await connection.sendRequest('textDocument/codeLens', { textDocument: { uri } });
  const waits = { wall: performance.now() - since, cpu: processorTime(server.pid) - before };
  connection.dispose();
  server.kill();
  await once(server, 'exit');
  return waits;
}
