// What a session leaves on disk: after every iteration a whole checkpoint (model and record), between epochs the state
// of the running training. Each is written under another name, flushed, then renamed; a sum tells a whole one from one
// that was cut short.
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { UserError } from '../errors';
import { checkNewFolder, writeFolder, writeWhole } from '../formats/files';
import { openModel } from '../formats/open';
import { writeError } from '../formats/write-error';
import type { Model } from '../model/model';
import { elementCount, float32, type Tensor } from '../model/tensor';
import type { TrainingState } from '../training/train';
import type { IterationRecord } from './record';

const RECIPE = 'recipe.json';
const SOURCE = 'source.sha256';
const ITERATIONS = 'iterations';
const MODEL = 'model';
const RECORD = 'record.json';
const SUMS = 'sums.json';
const EVENTS = 'events.jsonl';
const TRAINING = 'training.state';
const FINISHED = 'finished';

export interface Checkpoint {
  readonly record: IterationRecord;
  /** Folder of the model. */
  readonly model: string;
}

/** The folder of one session. */
export class SessionFolder {
  constructor(readonly path: string) {}

  /** Starts anew: what an earlier run of the same session left is removed. */
  async create(recipe: unknown, source: string): Promise<void> {
    await rm(this.path, { recursive: true, force: true }).catch((error: unknown) => {
      throw writeError(this.path, error);
    });
    await checkNewFolder(this.path);
    await writeFolder(this.path, async (partial) => {
      await mkdir(join(partial, ITERATIONS));
      await writeWhole(join(partial, RECIPE), [Buffer.from(`${JSON.stringify(recipe, null, 2)}\n`)]);
      await writeWhole(join(partial, SOURCE), [Buffer.from(source)]);
    });
  }

  /** Throws UserError where the model is no longer the one that the session was started on. */
  async checkSource(source: string, model: string): Promise<void> {
    const before = await readFile(join(this.path, SOURCE), 'utf8');
    if (before === source) return;
    throw new UserError(
      `${model} has changed since the session ${this.path} was started on it. Put the model back as it was to go on, or start a new session.`,
    );
  }

  /** Whether work would be lost by starting anew: something was cut or trained, and the result not yet written. */
  async hasUnfinishedWork(): Promise<boolean> {
    const events = await readFile(join(this.path, EVENTS), 'utf8').catch(() => '');
    if (events.includes(`"type":"${FINISHED}"`)) return false;
    const training = await stat(join(this.path, TRAINING)).catch(() => undefined);
    return training !== undefined || (await this.readIterations()).length > 1;
  }

  async logFinished(event: object): Promise<void> {
    await this.log({ type: FINISHED, ...event });
  }

  /** Removes what was being written when a session was killed. */
  async removeUnfinished(): Promise<void> {
    const folder = join(this.path, ITERATIONS);
    for (const name of await readdir(folder)) {
      if (name.includes('.partial')) await rm(join(folder, name), { recursive: true, force: true });
    }
  }

  async exists(): Promise<boolean> {
    return (await stat(join(this.path, RECIPE)).catch(() => undefined)) !== undefined;
  }

  modelPath(index: number): string {
    return join(this.#iteration(index), MODEL);
  }

  #iteration(index: number): string {
    return join(this.path, ITERATIONS, String(index).padStart(3, '0'));
  }

  /** Writes an iteration, then forgets the training that led to it. */
  async writeIteration(record: IterationRecord, model: Model): Promise<void> {
    const folder = this.#iteration(record.index);
    await rm(folder, { recursive: true, force: true });
    await writeFolder(folder, async (partial) => {
      await model.container.write(model, join(partial, MODEL));
      await writeWhole(join(partial, RECORD), [Buffer.from(JSON.stringify(record))]);
      await writeWhole(join(partial, SUMS), [Buffer.from(JSON.stringify(await sumsOf(partial)))]);
    });
    await rm(join(this.path, TRAINING), { force: true });
  }

  /** The whole checkpoints from the first on; the first that is missing or cut short ends the list. */
  async readIterations(): Promise<Checkpoint[]> {
    const found: Checkpoint[] = [];
    for (;;) {
      const folder = this.#iteration(found.length);
      const record = await readWhole(folder);
      if (record === undefined) return found;
      found.push({ record, model: join(folder, MODEL) });
    }
  }

  async openModel(checkpoint: Checkpoint): Promise<Model> {
    return openModel(checkpoint.model);
  }

  async writeTraining(iteration: number, state: TrainingState): Promise<void> {
    await writeWhole(join(this.path, TRAINING), encodeState(iteration, state));
  }

  /** The training of an iteration as far as it came; undefined where there is none, or it was cut short. */
  async readTraining(iteration: number): Promise<TrainingState | undefined> {
    const bytes = await readFile(join(this.path, TRAINING)).catch(() => undefined);
    const decoded = bytes && decodeState(bytes);
    return decoded?.iteration === iteration ? decoded.state : undefined;
  }

  async log(event: object): Promise<void> {
    const path = join(this.path, EVENTS);
    await appendFile(path, `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`).catch(
      (error: unknown) => {
        throw writeError(path, error);
      },
    );
  }
}

async function readWhole(folder: string): Promise<IterationRecord | undefined> {
  try {
    const wanted: unknown = JSON.parse(await readFile(join(folder, SUMS), 'utf8'));
    const found = await sumsOf(folder);
    if (JSON.stringify(wanted) !== JSON.stringify(found)) return undefined;
    return JSON.parse(await readFile(join(folder, RECORD), 'utf8')) as IterationRecord;
  } catch (error) {
    // Missing files and broken JSON both mean: this checkpoint was never finished.
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof SyntaxError || code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** SHA-256 of every file of a folder but the sums themselves, by path. */
async function sumsOf(folder: string): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  for (const path of paths.sort()) {
    if (path === SUMS) continue;
    sums[path.replaceAll('\\', '/')] = createHash('sha256')
      .update(await readFile(join(folder, path)))
      .digest('hex');
  }
  return sums;
}

interface StateHeader {
  readonly iteration: number;
  readonly step: number;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

const HEADER_LENGTH_BYTES = 4;
const SUM_BYTES = 32;

/** Header length, header, the tensors as float32, SHA-256 of it all. */
function encodeState(iteration: number, { step, values }: TrainingState): Buffer[] {
  const tensors = [...values].map(([name, { shape }]) => ({ name, shape }));
  const header = Buffer.from(JSON.stringify({ iteration, step, tensors } satisfies StateHeader));
  const length = Buffer.alloc(HEADER_LENGTH_BYTES);
  length.writeUInt32LE(header.length);
  const data = [...values.values()].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  const sum = createHash('sha256');
  const parts = [length, header, ...data];
  for (const part of parts) sum.update(part);
  return [...parts, sum.digest()];
}

function decodeState(bytes: Buffer): { iteration: number; state: TrainingState } | undefined {
  const end = bytes.length - SUM_BYTES;
  if (end < HEADER_LENGTH_BYTES) return undefined;
  if (!createHash('sha256').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end))) return undefined;
  const start = HEADER_LENGTH_BYTES + bytes.readUInt32LE(0);
  const header = JSON.parse(bytes.subarray(HEADER_LENGTH_BYTES, start).toString('utf8')) as StateHeader;
  const values = new Map<string, Tensor>();
  let offset = start;
  for (const { name, shape } of header.tensors) {
    const size = elementCount(shape) * Float32Array.BYTES_PER_ELEMENT;
    const copy = Uint8Array.from(bytes.subarray(offset, offset + size));
    values.set(name, float32(shape, new Float32Array(copy.buffer)));
    offset += size;
  }
  return { iteration: header.iteration, state: { step: header.step, values } };
}
