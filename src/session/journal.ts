// Sessions as they lie on disk: what each was asked for, how far it came and how it ended.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecipeFile } from '../protocol/recipe-file';
import type { SessionState } from '../protocol/session-state';
import type { IterationRecord } from './record';

/** A line of events.jsonl. */
interface LoggedEvent {
  readonly type: string;
  readonly time: string;
  readonly message?: string;
  readonly chosen?: number;
}

/** Every session of a folder, the latest first. */
export async function readSessions(sessions: string): Promise<SessionState[]> {
  const names = await readdir(sessions).catch((error: NodeJS.ErrnoException) => {
    // No session was run here yet.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const found = await Promise.all(names.map((name) => readSession(join(sessions, name))));
  return found
    .filter((session) => session !== undefined)
    .sort((a, b) => (a.started < b.started ? 1 : a.started > b.started ? -1 : 0));
}

/** undefined where the folder holds no session. One that says neither that it ended nor how is taken for interrupted. */
export async function readSession(folder: string): Promise<SessionState | undefined> {
  const recipe = await readJson<RecipeFile & { readonly out: string }>(join(folder, 'recipe.json'));
  if (recipe === undefined) return undefined;
  const log = await readFile(join(folder, 'events.jsonl'), 'utf8').catch(() => '');
  const events = log.split('\n').flatMap((line) => parse<LoggedEvent>(line) ?? []);
  const last = events.findLast(({ type }) => ENDINGS.has(type) || STARTS.has(type));
  const { out, ...asked } = recipe;
  return {
    status: ENDINGS.get(last?.type ?? '') ?? 'interrupted',
    model: recipe.model,
    folder,
    out,
    recipe: asked,
    started: events.findLast(({ type }) => STARTS.has(type))?.time ?? '',
    stages: 0,
    iterations: await iterationsOf(folder),
    curve: [],
    warnings: [],
    notes: [],
    ...(last?.message !== undefined && { message: last.message }),
    ...(last?.chosen !== undefined && { chosen: last.chosen }),
  };
}

/** Folder of the model as it was after an iteration. */
export function iterationModel(folder: string, index: number): string {
  return join(folder, 'iterations', String(index).padStart(3, '0'), 'model');
}

const STARTS: ReadonlySet<string> = new Set(['started', 'resumed']);
const ENDINGS: ReadonlyMap<string, SessionState['status']> = new Map([
  ['finished', 'finished'],
  ['stopped', 'stopped'],
  ['failed', 'failed'],
]);

async function iterationsOf(folder: string): Promise<IterationRecord[]> {
  const names = await readdir(join(folder, 'iterations')).catch(() => []);
  const whole = names.filter((name) => /^\d+$/.test(name)).sort();
  const records = await Promise.all(
    whole.map((name) => readJson<IterationRecord>(join(folder, 'iterations', name, 'record.json'))),
  );
  return records.filter((record) => record !== undefined);
}

async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parse<T>(text);
}

/** A line or file that was cut short by a kill says nothing. */
function parse<T>(text: string): T | undefined {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
