// The commands of an experiment, whose results are kept in its folder: an experiment that was stopped goes on where it
// was, and the sessions among its commands go on by iteration and epoch.
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors';
import { writeWhole } from '../../formats/files';
import { makeFolder } from '../../formats/make-folder';
import { writeError } from '../../formats/write-error';
import { runCommand } from '../jobs';

/** Runs a command of this program, or says what it printed when it was run before. */
export type RunCommand = (args: readonly string[]) => Promise<unknown>;

/** Says which experiment a folder holds. */
const NAME = 'experiment.json';
const RESULTS = 'results';

/** Throws UserError where the folder does not hold this experiment. */
export async function checkStarted(folder: string, experiment: string): Promise<void> {
  const begun = await readFile(join(folder, NAME), 'utf8').catch(() => '');
  if (begun === nameFile(experiment)) return;
  throw new UserError(`${folder} holds no ${experiment} that was begun. Leave --resume out to begin one there.`);
}

/** @param folder of the experiment; nothing else may be in it. */
export async function keptCommands(folder: string, experiment: string): Promise<RunCommand> {
  await makeFolder(join(folder, RESULTS)).catch((error: unknown) => {
    throw writeError(folder, error);
  });
  await writeWhole(join(folder, NAME), [Buffer.from(nameFile(experiment))]);
  return async (args) => {
    const path = join(folder, RESULTS, `${keyOf(args)}.json`);
    const kept = await readFile(path, 'utf8').catch(() => undefined);
    if (kept !== undefined) return JSON.parse(kept);
    // What a command wrote that did not come to its end: it begins again, sessions where they were.
    const out = args[args.indexOf('--out') + 1];
    if (args.includes('--out') && out !== undefined) await rm(out, { recursive: true, force: true });
    const result = await runCommand(args[0] === 'prune' ? [...args, '--resume'] : args);
    await writeWhole(path, [Buffer.from(`${JSON.stringify(result)}\n`)]);
    return result;
  };
}

/** Threads change no result worth running again for. */
function keyOf(args: readonly string[]): string {
  const at = args.indexOf('--threads');
  const rest = at < 0 ? args : [...args.slice(0, at), ...args.slice(at + 2)];
  return `${args[0]}-${createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 12)}`;
}

function nameFile(experiment: string): string {
  return `${JSON.stringify({ experiment })}\n`;
}
