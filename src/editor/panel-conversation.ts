// Tells a panel's page what the editor knows of its model, and all that changes.
import type * as vscode from 'vscode';
import { messageOf, UserError } from '../errors';
import type { Tab, ToPanel } from '../protocol/panel';
import type { RecipeFile } from '../protocol/recipe-file';
import type { Comparison, Prediction, Relevance } from '../protocol/session';
import { isLive, type SessionState } from '../protocol/session-state';
import { type OpenModel, titleOf } from './open-model';
import type { Services } from './services';
import { whyNotRunning } from './trust';

/** A running session changes several times a second; the page is told this often, in milliseconds. */
const SESSION_INTERVAL = 250;

export class PanelConversation implements vscode.Disposable {
  readonly #disposables: readonly vscode.Disposable[];
  /** What the page knows already. */
  #recipe: RecipeFile | undefined;
  #prediction: Prediction | undefined;
  #relevance = new Set<Relevance>();
  #comparison: Comparison | undefined;
  #againstOrigin: Comparison | undefined;
  #predicting = false;
  #session: SessionState | undefined;
  #sessionTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly services: Services,
    private readonly model: OpenModel,
    private readonly send: (message: ToPanel) => void,
  ) {
    this.#disposables = [
      model.onChange(() => this.#tellChanges()),
      services.sessions.onChange((session) => {
        if (session.model === model.path) this.#sessionChanged(session);
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.#sessionTimer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  problem(about: Tab, error: unknown): void {
    this.send({ type: 'problem', about, message: messageOf(error) });
  }

  /** The page has changed the recipe itself. */
  recipeFromPage(recipe: RecipeFile): void {
    this.#recipe = recipe;
  }

  tell(message: ToPanel): void {
    this.send(message);
  }

  /** The session that runs on the model, or the last that did. */
  session(): Promise<SessionState | undefined> {
    return this.services.sessions.of(this.model.path);
  }

  async tellEverything(): Promise<void> {
    this.#recipe = undefined;
    this.#prediction = undefined;
    this.#relevance = new Set();
    this.#comparison = undefined;
    this.send({ type: 'opening', model: this.model.path });
    try {
      await this.#tellModel();
    } catch (error) {
      this.send({ type: 'unreadable', message: messageOf(error) });
      return;
    }
    this.#tellChanges();
    const session = await this.session();
    if (session) this.#sessionChanged(session);
  }

  /** Compares the model with another, and shows it. */
  async compare(after: string): Promise<void> {
    try {
      this.model.compared(await this.#compare(this.model.path, after));
    } catch (error) {
      this.problem('result', error);
    }
  }

  /** What a session came to beside the model, and beside the one that it is a branch of. */
  async compareResult(result: string): Promise<void> {
    const { origin, path } = this.model;
    await this.compare(result);
    const { comparison } = this.model;
    if (origin === undefined || comparison === undefined) return;
    try {
      this.model.compared(comparison, await this.#compare(origin, result));
    } catch (error) {
      const message = `The result was not compared with ${titleOf(origin)}, which ${titleOf(path)} was branched from`;
      this.problem('result', new UserError(`${message}: ${messageOf(error)}`));
    }
  }

  #compare(before: string, after: string): Promise<Comparison> {
    const { data, recipe } = this.model;
    const trusted = whyNotRunning() === undefined;
    return this.services.inquiries.compare({
      before,
      after,
      ...(data && trusted && { data }),
      ...(recipe.metric && { metric: recipe.metric }),
      seed: recipe.seed ?? 1,
      threads: recipe.threads ?? 0,
    });
  }

  async #tellModel(): Promise<void> {
    const { inquiries } = this.services;
    const inspection = await this.model.inspection();
    await this.model.planDefaults();
    const [engines, measures] = await Promise.all([inquiries.engines(), inquiries.measures()]);
    const noRunning = whyNotRunning();
    this.send({
      type: 'model',
      inspection,
      engines,
      measures,
      ...(noRunning !== undefined && { noRunning }),
    });
  }

  #tellChanges(): void {
    const { recipe, measurements, comparison, againstOrigin } = this.model;
    if (recipe !== this.#recipe) {
      this.#recipe = recipe;
      this.send({ type: 'recipe', recipe });
    }
    for (const relevance of measurements) {
      if (this.#relevance.has(relevance)) continue;
      this.#relevance.add(relevance);
      this.send({ type: 'relevance', relevance });
    }
    if (comparison !== undefined && (comparison !== this.#comparison || againstOrigin !== this.#againstOrigin)) {
      this.#comparison = comparison;
      this.#againstOrigin = againstOrigin;
      this.send({ type: 'comparison', comparison, ...(againstOrigin && { againstOrigin }) });
    }
    void this.#tellPrediction();
  }

  /** One at a time: a dragged threshold asks for many, and the last one counts. */
  async #tellPrediction(): Promise<void> {
    if (this.#predicting) return;
    this.#predicting = true;
    for (;;) {
      const { recipe } = this.model;
      const answer = await this.model.prediction().then(
        (prediction) => ({ prediction }),
        (error: unknown) => ({ error }),
      );
      if (this.model.recipe !== recipe) continue;
      this.#predicting = false;
      if ('error' in answer) {
        this.#prediction = undefined;
        this.problem('plan', answer.error);
      } else if (answer.prediction !== this.#prediction) {
        this.#prediction = answer.prediction;
        this.send({ type: 'prediction', prediction: answer.prediction });
      }
      return;
    }
  }

  #sessionChanged(session: SessionState): void {
    const ended = !isLive(session);
    const wasLive = this.#session !== undefined && isLive(this.#session);
    this.#session = session;
    if (ended) {
      clearTimeout(this.#sessionTimer);
      this.#tellSession();
      if (session.status === 'finished' && (wasLive || this.model.comparison === undefined)) {
        void this.compareResult(session.out);
      }
      return;
    }
    this.#sessionTimer ??= setTimeout(() => this.#tellSession(), SESSION_INTERVAL);
  }

  #tellSession(): void {
    this.#sessionTimer = undefined;
    const session = this.#session;
    if (session === undefined) return;
    // Every channel's score in every iteration: much to send, and not shown there.
    const iterations = session.iterations.map((record) => ({ ...record, relevance: [], layers: [] }));
    this.send({ type: 'session', session: { ...session, iterations } });
  }
}
