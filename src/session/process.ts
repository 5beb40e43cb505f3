// The forked process: answers questions about models for one window, or runs one session for every window.
import { constants, setPriority } from 'node:os';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { messageOf } from '../errors';
import type { Job } from '../protocol/session';
import { answerInquiries } from './inquiries';
import { serveSession } from './serve';

/** First argument of a process that is to run a session; the job follows as the first message. */
export const SESSION_ARGUMENT = '--session';

/** What a session process says to the window that started it, once. */
export type Started = { readonly ready: true } | { readonly refused: string };

// The editor comes first: a session takes what it leaves.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

if (process.argv.includes(SESSION_ARGUMENT)) {
  process.once('message', (job: Job) => {
    const say = (started: Started): void => {
      // A window that closed meanwhile hears nothing; the session goes on.
      if (process.connected) process.send?.(started, () => process.connected && process.disconnect());
    };
    serveSession(job, () => say({ ready: true })).then(
      () => process.exit(0),
      (error: unknown) => {
        say({ refused: messageOf(error) });
        process.exitCode = 1;
      },
    );
  });
} else {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  answerInquiries(connection);
  connection.listen();
  process.once('disconnect', () => process.exit(0));
}
