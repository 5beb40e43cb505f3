// What it takes to talk to a process, apart from what asks: loading it takes longer than all else that an editor starts with.
import type { ChildProcess } from 'node:child_process';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';

export { ResponseError } from 'vscode-jsonrpc/node';
export * as protocol from '../../protocol/session';

export function talkTo(child: ChildProcess): MessageConnection {
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  return connection;
}
