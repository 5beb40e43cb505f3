// The pipe on which the process that prunes a model can be reached, which is also what keeps a second one from starting:
// the operating system gives a name to one process at a time, and takes it back when that process dies, however it dies.
import { createHash } from 'node:crypto';
import { lstat, mkdir, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../errors';
import { writeError } from '../formats/write-error';

/** Takes the model for this process. Throws UserError where another holds it. */
export async function holdModel(model: string, onConnection: (socket: Socket) => void): Promise<Server> {
  const path = await pipeOf(model);
  const server = createServer(onConnection);
  if (await listens(server, path)) return server;
  const other = await connectToModel(model);
  if (other !== undefined) {
    other.destroy();
    throw new UserError(
      `${model} is being pruned by another session. Wait until it has finished, or stop it; then start this one.`,
    );
  }
  // A socket file that nobody answers on was left by a process that was killed.
  await rm(path, { force: true });
  if (await listens(server, path)) return server;
  throw new UserError(`${model} is being pruned by another session that started at the same moment.`);
}

/** To the process that prunes a model; undefined where there is none. */
export async function connectToModel(model: string): Promise<Socket | undefined> {
  const path = await pipeOf(model);
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.off('error', none);
      resolve(socket);
    });
    const none = (): void => resolve(undefined);
    socket.once('error', none);
  });
}

function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(writeError(path, error));
    };
    server.once('error', failed);
    server.listen(path, () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}

async function pipeOf(model: string): Promise<string> {
  // A model that vanished is still known by the path it had.
  const real = await realpath(model).catch(() => model);
  const name = createHash('sha256').update(real).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\neuron-pruner-${userInfo().username}-${name}`;
  return join(await ownFolder(), `${name}.sock`);
}

/** A folder that no other user can put a pipe into. */
async function ownFolder(): Promise<string> {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `neuron-pruner-${uid}`);
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw writeError(folder, error);
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new UserError(`${folder} belongs to somebody else or is open to others. Remove it, then try again.`);
  }
  return folder;
}
