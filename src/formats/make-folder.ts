// Makes folders, also where a path leads to a place in which nothing can be made.
import { randomUUID } from 'node:crypto';
import { mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Makes a folder and those above it. Node's own recursive mkdir never ends where one that is there says that it isn't when
 * something is to be made in it, as /proc does.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (await isFolder(path)) return;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path || (await isFolder(above))) throw error;
    await makeFolder(above);
    await mkdir(path);
  }
}

/** Makes a folder in the path, or in the first one above it that is there, and takes it away. Throws where it can't. */
export async function tryFolder(path: string): Promise<void> {
  let place = path;
  while (dirname(place) !== place && (await isMissing(place))) place = dirname(place);
  const made = join(place, `.try-${randomUUID()}`);
  await mkdir(made);
  await rmdir(made);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}
