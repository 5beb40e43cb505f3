// Training after a cut, and what is kept of it: what did harm is not.
import type { Dataset } from '../data/dataset';
import type { Engine } from '../engines/engine';
import type { Evaluation } from '../evaluation/evaluate';
import type { Model } from '../model/model';
import { loadValues, withValues } from '../model/values';
import { findMaxouts } from '../pruning/maxout';
import { Stopped } from '../pruning/relevance/progress';
import { sparseWeights } from '../pruning/sparsify';
import { scoreText } from '../report/score-text';
import { Teacher } from '../training/teacher';
import { stepsOf, type TrainingProgress, train } from '../training/train';
import type { SessionFolder } from './checkpoint';
import { compiledNote, type Hyperparameters, hyperparametersOf } from './hyperparameters';
import { type Judge, type Judgement, type Worsening, worseThan } from './judge';
import type { Recipe } from './recipe';
import { SIGNIFICANCE } from './record';
import type { Stage } from './stage';
import { trained, trainingOptions } from './training-options';

export interface Retrained {
  readonly model: Model;
  readonly judgement: Judgement;
  /** Whether it is as the cut left it, since training did harm. */
  readonly harmed: boolean;
}

export interface RetrainingHooks {
  onProgress(progress: TrainingProgress): void;
  /** One sentence for a person. */
  onWarning(text: string): void;
  stopped(): boolean;
}

/** Any output that is significantly worse is harm. */
function isHarm(worsening: Worsening | undefined): boolean {
  return worsening !== undefined && worsening.together <= SIGNIFICANCE;
}

/** Of the learning rate, after every training that did harm. */
const AFTER_HARM = 1 / 4;

/** Steps of training after a cut, below which a small network is mostly left far from what it could be. */
const ENOUGH_STEPS = 100;

export class Retraining {
  /** Trainings that did harm so far. */
  harmed = 0;
  /** What a person should know of how it goes. */
  readonly notes: readonly string[];
  readonly #hyperparameters: Hyperparameters;
  #teacher: Teacher | undefined;

  /** @param original the teacher, where the recipe asks for one. */
  constructor(
    private readonly recipe: Recipe,
    private readonly original: Model,
    private readonly data: Dataset,
    private readonly engine: Engine,
    private readonly judge: Judge,
    private readonly folder: SessionFolder,
    private readonly hooks: RetrainingHooks,
  ) {
    const { retrain } = recipe;
    const compiled = original.compiled?.optimizer;
    this.#hyperparameters = hyperparametersOf(retrain, { compiled, maxout: findMaxouts(original).length > 0 });
    const own = compiled !== undefined && retrain.optimizer === undefined && retrain.epochs > 0;
    const steps = stepsOf(original.graph, data.train.count, retrain.batch);
    this.notes = [...(own ? [compiledNote(this.#hyperparameters, compiled)] : []), ...fewSteps(steps, retrain.epochs)];
  }

  async dispose(): Promise<void> {
    await this.#teacher?.dispose();
  }

  /**
   * The model retrained, and how it does; as the cut left it where training did harm on the validation samples.
   * Throws Stopped.
   */
  async after(cut: Model, stage: Stage, index: number, afterCut: Judgement): Promise<Retrained> {
    const { epochs = this.recipe.retrain.epochs } = stage;
    if (epochs === 0) return { model: cut, judgement: afterCut, harmed: false };
    const model = await this.#train(cut, stage, index, epochs);
    const judgement = await this.judge.judge(model, true);
    const [decided, tested] = (['validation', 'test'] as const).map((on) =>
      worseThan(afterCut, judgement, on, this.recipe.seed),
    );
    const harmed = isHarm(decided);
    if (harmed || isHarm(tested)) this.#warn(afterCut, judgement, harmed, (harmed ? decided : tested) as Worsening);
    if (!harmed) return { model, judgement, harmed };
    this.harmed++;
    return { model: cut, judgement: afterCut, harmed };
  }

  /** About the output that is worst. */
  #warn(afterCut: Judgement, judgement: Judgement, harmed: boolean, { each }: Worsening): void {
    const worst = each.indexOf(Math.min(...each));
    const [before, after] = [afterCut, judgement].map(({ outputs }) => outputs[worst]?.test as Evaluation);
    const [from, to] = [before, after].map((found) => found && scoreText(found.metric, found.score));
    const kept = harmed
      ? ', so that the weights are kept as the cut left them and the next training gets a quarter of the learning rate'
      : '';
    this.hooks.onWarning(
      `retraining made it worse, test ${after?.metric.title} ${from} after the cut and ${to} after training${kept}: a smaller --learning-rate than ${this.#learningRate()} (${this.#hyperparameters.optimizer}, retrain.learningRate in a recipe), or more --epochs, may do better`,
    );
  }

  /** What did harm was too much: the next training gets less. */
  #learningRate(): number {
    return this.#hyperparameters.learningRate * AFTER_HARM ** this.harmed;
  }

  async #train(model: Model, { kind }: Stage, index: number, epochs: number): Promise<Model> {
    const values = await loadValues(model.graph);
    const { retrain, seed } = this.recipe;
    const hyperparameters = { ...this.#hyperparameters, learningRate: this.#learningRate() };
    const options = trainingOptions({ ...retrain, ...hyperparameters, epochs }, `${seed} iteration ${index}`);
    const teacher = retrain.distillation && (await this.#teach());
    const sparse = kind === 'weights' ? new Set(sparseWeights(model.graph)) : new Set<string>();
    const resume = await this.folder.readTraining(index);
    const result = await trained(() =>
      train(
        this.engine,
        model.graph,
        values,
        this.data.train,
        {
          ...options,
          sparse,
          ...(retrain.distillation && teacher && { distillation: { ...retrain.distillation, teacher } }),
        },
        {
          onProgress: (progress) => this.hooks.onProgress(progress),
          onEpoch: (state) => this.folder.writeTraining(index, state),
          stopped: () => this.hooks.stopped(),
          ...(resume && { resume }),
        },
      ),
    );
    if (!result.finished) {
      await this.folder.writeTraining(index, result.state);
      throw new Stopped();
    }
    return { ...model, graph: withValues(model.graph, result.values, values) };
  }

  async #teach(): Promise<Teacher> {
    const { graph } = this.original;
    this.#teacher ??= new Teacher(
      this.engine,
      graph,
      await loadValues(graph),
      this.data.train,
      this.recipe.retrain.loss,
    );
    return this.#teacher;
  }
}

/** A sentence where samples are so few that the epochs are soon over. */
function fewSteps(perEpoch: number, epochs: number): string[] {
  const steps = perEpoch * epochs;
  if (steps === 0 || steps >= ENOUGH_STEPS) return [];
  const enough = Math.ceil(ENOUGH_STEPS / perEpoch);
  return [
    `${steps} steps of training after a cut are few for what it took away: --epochs ${enough} (retrain.epochs in a recipe) makes them ${perEpoch * enough}`,
  ];
}
