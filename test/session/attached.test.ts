// What a window learns of a session whose process says how it ended and is gone at once.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from 'vscode-jsonrpc/node';
import * as protocol from '../../src/protocol/session';
import { isLive } from '../../src/protocol/session-state';
import { AttachedSession } from '../../src/session/client/attached-session';
import { running } from '../webview/made';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-attached-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A session that a window attaches to: it tells these changes and is gone, all in the same moment. */
async function attached(name: string, changes: readonly protocol.SessionChange[]): Promise<protocol.SessionState> {
  const server = createServer();
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\${name}-${process.pid}` : join(folder, `${name}.sock`);
  server.listen(path);
  await once(server, 'listening');
  const [[accepted], window] = await Promise.all([once(server, 'connection'), connected(path)]);
  const socket = accepted as Socket;
  const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
  connection.onRequest(protocol.attach, () => running);
  connection.listen();
  const session = await AttachedSession.to(window);
  assert.ok(session);
  const over = new Promise<protocol.SessionState>((resolve) => {
    session.onChange((state) => {
      if (!isLive(state)) resolve(state);
    });
  });
  socket.end(changes.map(notification).join(''));
  const state = await over;
  server.close();
  return state;
}

function notification(params: protocol.SessionChange): string {
  const text = JSON.stringify({ jsonrpc: '2.0', method: protocol.changed.method, params });
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

async function connected(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, 'connect');
  return socket;
}

test('how a session ended is heard although its process is gone before that is read', async () => {
  const stages = Array.from({ length: 200 }, (_, i): protocol.SessionChange => ({ stage: `stage ${i}` }));
  const { status, stage } = await attached('stopped', [...stages, { status: 'stopped' }]);
  assert.deepEqual([status, stage], ['stopped', 'stage 199']);
});

test('of a process that says nothing it is told that it ended unexpectedly', async () => {
  const { status, message } = await attached('died', []);
  assert.equal(status, 'interrupted');
  assert.match(message ?? '', /ended unexpectedly/);
});
