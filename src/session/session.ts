// A session: a recipe being run. Iteration by iteration: measure → plan → cut → retrain → evaluate → checkpoint.
// The same seed and recipe give the same result, whether the session ran through or was stopped and resumed.
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Dataset } from '../data/dataset';
import { asInFile, type Engine } from '../engines/engine';
import { checkRuns } from '../engines/not-run';
import { messageOf, UserError } from '../errors';
import { checkNewFolder, writeFolder, writeWhole } from '../formats/files';
import { openModel } from '../formats/open';
import type { Model } from '../model/model';
import { modelName } from '../model/model-name';
import { nonFiniteWeights } from '../model/values';
import { measureOf } from '../pruning/relevance/index';
import { Stopped } from '../pruning/relevance/progress';
import { renderReport } from '../report/html';
import { scoreText } from '../report/score-text';
import { chooseEngine } from '../training/choose-engine';
import type { TrainingProgress } from '../training/train';
import { SessionFolder } from './checkpoint';
import type { Course } from './course';
import { openFittedData } from './data';
import { fingerprint } from './fingerprint';
import { frozenNote } from './frozen';
import { iterationRecord } from './iteration-record';
import { checkRule, Judge, type Judgement } from './judge';
import { strangeLossNote, withOwnLoss } from './own-loss';
import type { Recipe } from './recipe';
import { courseOf, ruleOf } from './recipe-course';
import type { IterationRecord, SessionRecord } from './record';
import { Retraining } from './retraining';
import type { Stage } from './stage';
import { unpackedNote } from './stages/quantize';
import { accepts, reaches, type Until } from './until';

export type SessionEvent =
  | { readonly type: 'started'; readonly folder: string; readonly stages?: number; readonly resumed: number }
  | { readonly type: 'engine'; readonly text: string }
  | { readonly type: 'warning'; readonly text: string }
  /** How the data is read. */
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'stage'; readonly index: number; readonly title: string }
  | { readonly type: 'measuring'; readonly done: number; readonly of: number }
  | { readonly type: 'training'; readonly progress: TrainingProgress }
  | { readonly type: 'iteration'; readonly record: IterationRecord };

export interface SessionOptions {
  /** Folder that sessions are kept in: .neuron-pruner. */
  readonly sessions: string;
  /** The session's own folder; default one in `sessions` that the same recipe on the same model always has. */
  readonly folder?: string;
  /** Folder for the result; default beside the model. */
  readonly out?: string;
  readonly resume?: boolean;
  readonly title?: string;
  onEvent?(event: SessionEvent): void;
  /** Asked after every training step; true stops the session, which can then be resumed. */
  stopped?(): boolean;
}

/** The session was stopped by its person; it goes on from here with `resume`. */
export class SessionStopped extends Error {
  override readonly name = 'SessionStopped';
  constructor(readonly folder: string) {
    super(`stopped; the state is in ${folder}`);
  }
}

/** Runs a recipe to its end and writes the result. */
export async function runSession(recipe: Recipe, options: SessionOptions): Promise<SessionRecord> {
  const original = await openModel(recipe.model);
  if (recipe.data !== undefined) checkRuns(original.graph);
  const data = await openFittedData(recipe.data, recipe.seed, original, recipe.retrain.loss);
  const until = ruleOf(recipe);
  const course = courseOf(recipe, original, until);
  const { engine, why } = await chooseEngine(recipe.engine, original.graph, {
    threads: recipe.threads,
    trainedOn: recipe.retrain.epochs > 0 || readsGradients(recipe.prune) ? data.inputs : undefined,
  });
  const whole = withOwnLoss(recipe, original, data);
  const judge = new Judge(engine, data, whole, until);
  judge.check(original.graph);
  const { manyAnswers, tests } = judge;
  checkRule(until, {
    ...judge.counts,
    manyAnswers,
    tests,
    ...(data.pairs === undefined && { train: data.train.count }),
  });
  const folder = new SessionFolder(options.folder ?? join(options.sessions, sessionName(recipe)));
  const out = options.out ?? join(dirname(recipe.model), `${modelName(recipe.model)}-pruned`);
  const resume = options.resume === true && (await folder.exists());
  await checkNewFolder(out);
  if (!resume && (await folder.hasUnfinishedWork())) {
    throw new UserError(
      `${folder.path} holds this very session, unfinished. Go on with --resume, or delete the folder to start over.`,
    );
  }
  const source = await fingerprint(original, recipe.model);
  if (resume) {
    await folder.checkSource(source, recipe.model);
    await folder.removeUnfinished();
  } else await folder.create({ ...recipe, out }, source);
  await folder.log({ type: resume ? 'resumed' : 'started', model: recipe.model, out });
  if (options.resume === true && !resume) {
    for (const text of await stoppedOthers(recipe, folder)) options.onEvent?.({ type: 'warning', text });
  }
  options.onEvent?.({ type: 'engine', text: why });
  await folder.log({ type: 'engine', text: why });
  const session = new Session(whole, original, data, engine, judge, folder, options, until);
  const iterations = await logged(folder, () => session.run(course)).finally(() => session.dispose());
  const record: SessionRecord = {
    title: options.title ?? original.name,
    model: recipe.model,
    out,
    folder: resolve(folder.path),
    data: { name: data.name, train: data.train.count, ...judge.counts },
    seed: recipe.seed,
    iterations,
    chosen: session.chosen,
  };
  await writeResult(record, session.result, out);
  await folder.logFinished({ chosen: session.chosen, out });
  return record;
}

/** That there is nothing to resume, where stopped sessions of the model were asked for otherwise. */
async function stoppedOthers(recipe: Recipe, folder: SessionFolder): Promise<string[]> {
  const around = dirname(folder.path);
  const stopped: string[] = [];
  for (const name of await readdir(around)) {
    const other = new SessionFolder(join(around, name));
    const own = name.startsWith(`${modelName(recipe.model)}-`) && other.path !== folder.path;
    if (own && (await other.exists()) && (await other.hasUnfinishedWork())) stopped.push(name);
  }
  if (stopped.length === 0) return [];
  return [
    `no session with these options was stopped, so this one begins anew; ${stopped.join(', ')} in ${around} was started with others`,
  ];
}

/** Runs, and leaves in the session's log how it ended where it did not reach its end. */
async function logged<T>(folder: SessionFolder, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    await folder.log(
      error instanceof SessionStopped ? { type: 'stopped' } : { type: 'failed', message: messageOf(error) },
    );
    throw error;
  }
}

/** Gradients take what training takes. */
function readsGradients({ method, measure }: Recipe['prune']): boolean {
  return method !== 'maxout' && measureOf(measure).needs === 'gradients';
}

/** The same recipe on the same model is the same session. */
function sessionName(recipe: Recipe): string {
  const { threads, engine, ...rest } = recipe;
  const sum = createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 8);
  return `${modelName(recipe.model)}-${sum}`;
}

class Session {
  chosen = 0;
  result: Model;
  #original: Judgement | undefined;
  readonly #retraining: Retraining;
  #last: { readonly index: number; readonly model: Model } | undefined;

  constructor(
    private readonly recipe: Recipe,
    private readonly original: Model,
    private readonly data: Dataset,
    private readonly engine: Engine,
    private readonly judge: Judge,
    private readonly folder: SessionFolder,
    private readonly options: SessionOptions,
    private readonly until: Until | undefined,
  ) {
    this.result = original;
    this.#retraining = new Retraining(recipe, original, data, engine, judge, folder, {
      onProgress: (progress) => this.#emit({ type: 'training', progress }),
      onWarning: (text) => this.#emit({ type: 'warning', text }),
      stopped: () => options.stopped?.() ?? false,
    });
  }

  async run(course: Course): Promise<IterationRecord[]> {
    const done = await this.folder.readIterations();
    const records = done.map(({ record }) => record);
    this.#retraining.harmed = records.filter(({ harmed }) => harmed).length;
    const { stages } = course;
    this.#emit({ type: 'started', folder: this.folder.path, ...(stages && { stages }), resumed: done.length });
    for (const text of [...this.original.warnings, ...(await nonFiniteWeights(this.original.graph))]) {
      this.#emit({ type: 'warning', text });
    }
    const notes = [
      ...this.data.notes,
      ...this.#retraining.notes,
      ...frozenNote(this.recipe, this.original),
      ...strangeLossNote(this.recipe, this.original, this.data.train.targets),
      ...unpackedNote(this.recipe, this.original),
    ];
    for (const text of notes) this.#emit({ type: 'note', text });
    this.#original = await asInFile(() => this.judge.judge(this.original, true));
    this.#checkRule(this.#original);
    for (const text of await this.judge.doubts(this.original, this.#original, this.recipe.data))
      this.#emit({ type: 'warning', text });
    for (const record of records) this.#emit({ type: 'iteration', record });
    for (let step = course.next(records); step !== undefined; step = course.next(records)) {
      const { stage, from } = step;
      const index = records.length;
      this.#emit({ type: 'stage', index, title: stage.title });
      await this.folder.checkSource(await fingerprint(this.original, this.recipe.model), this.recipe.model);
      const [model, record] = await this.#iterate(stage, index, from, await this.#modelOf(from));
      await this.folder.writeIteration(record, model);
      records.push(record);
      this.#last = { index, model };
      await this.folder.log({ type: 'iteration', index, title: record.title, score: record.score });
      this.#emit({ type: 'iteration', record });
    }
    this.chosen = course.chosen(records);
    this.result = await this.#modelOf(this.chosen);
    return records;
  }

  async dispose(): Promise<void> {
    await this.#retraining.dispose();
  }

  /** The model of an iteration, from its checkpoint but for the last one. */
  async #modelOf(index: number): Promise<Model> {
    if (index < 1) return this.original;
    return this.#last?.index === index ? this.#last.model : openModel(this.folder.modelPath(index));
  }

  /** Throws UserError where a rule names another metric than the model is judged by, or the model does not meet it. */
  #checkRule({ outputs }: Judgement): void {
    const { until } = this;
    if (until?.rule !== 'score') return;
    const rule = `The rule "${this.recipe.until}"`;
    const named = outputs.filter(({ test: { metric } }) => metric.name === until.metric);
    if (named.length === 0) {
      const names = [...new Set(outputs.map(({ test: { metric } }) => metric.name))].join(' and ');
      throw new UserError(`${rule} is about ${until.metric}, the model is judged by ${names}.`);
    }
    for (const { test, validation } of named) {
      const { metric } = test;
      const validationScore = validation?.score ?? Number.NaN;
      if (reaches(until, { metric, validationScore })) continue;
      throw new UserError(
        `${rule} is not met by the model itself: its ${metric.title} on the validation samples is ${scoreText(metric, validationScore)}. Ask for less, or train the model further.`,
      );
    }
  }

  async #iterate(stage: Stage, index: number, from: number, before: Model): Promise<[Model, IterationRecord]> {
    const started = performance.now();
    const applied = await this.#stoppable(() =>
      stage.apply(before, {
        engine: this.engine,
        train: this.data.train,
        onMeasure: (done, of) => this.#emit({ type: 'measuring', done, of }),
        stopped: () => this.options.stopped?.() ?? false,
      }),
    );
    const original = this.#original ?? (await this.judge.judge(this.original, true));
    const afterCut = applied.changed ? await this.judge.judge(applied.model, true) : undefined;
    const { model, judgement, harmed } = afterCut
      ? await this.#stoppable(() => this.#retraining.after(applied.model, stage, index, afterCut))
      : { model: applied.model, judgement: original, harmed: false };
    const record = await iterationRecord({
      ...{ index, from, model, original, judgement, afterCut, harmed },
      ...{ kind: stage.kind, title: applied.title ?? stage.title, cuts: applied.cuts, relevance: applied.relevance },
      ...{ seed: this.recipe.seed, seconds: (performance.now() - started) / 1000 },
    });
    if (index === 0 || this.until === undefined || this.until.rule === 'size') return [model, record];
    return [model, { ...record, accepted: accepts(this.until, record) }];
  }

  async #stoppable<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw error instanceof Stopped ? new SessionStopped(this.folder.path) : error;
    }
  }

  #emit(event: SessionEvent): void {
    this.options.onEvent?.(event);
  }
}

/** The model, the report and the record into a new folder. */
async function writeResult(record: SessionRecord, model: Model, out: string): Promise<void> {
  await writeFolder(out, async (partial) => {
    await model.container.write(model, partial);
    await writeWhole(join(partial, 'report.html'), [Buffer.from(renderReport(record))]);
    await writeWhole(join(partial, 'session.json'), [Buffer.from(`${JSON.stringify(record, null, 1)}\n`)]);
  });
}
