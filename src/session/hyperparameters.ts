// How a training goes where a recipe does not say: as the model was compiled, else as the paper trains networks with
// maxout, else by Adam, which suits most.
import type { CompiledOptimizer } from '../model/compiled';
import type { RecipeFile } from '../protocol/recipe-file';

type Asked = NonNullable<RecipeFile['retrain']>;
export type Hyperparameters = Required<
  Pick<Asked, 'optimizer' | 'learningRate' | 'momentum' | 'weightDecay' | 'schedule'>
>;

/** SGD as the paper has it; Adam and AdamW as Keras and PyTorch have them. */
const DEFAULTS: Readonly<Record<Hyperparameters['optimizer'], Omit<Hyperparameters, 'optimizer'>>> = {
  sgd: { learningRate: 0.01, momentum: 0.9, weightDecay: 0.0005, schedule: 'inv' },
  adam: { learningRate: 0.001, momentum: 0.9, weightDecay: 0, schedule: 'cosine' },
  adamw: { learningRate: 0.001, momentum: 0.9, weightDecay: 0.01, schedule: 'cosine' },
};

/**
 * A file's rate is that of a training from the start, or what a schedule left of it in the end. Retraining takes none
 * higher than the default, which would undo what was learnt; one below this share of it is such an end, and says nothing.
 */
const LEAST_RATE = 0.1;

/** What decides of a model that is trained. */
export interface Trained {
  /** Where its file says so. */
  readonly compiled?: CompiledOptimizer | undefined;
  /** Whether it has maxout layers of its own. */
  readonly maxout: boolean;
}

export function hyperparametersOf(asked: Asked, { compiled, maxout }: Trained): Hyperparameters {
  const optimizer = asked.optimizer ?? compiled?.name ?? (maxout ? 'sgd' : 'adam');
  const common = DEFAULTS[optimizer];
  const own = compiled?.name === optimizer ? ownOf(compiled, common.learningRate) : {};
  return {
    optimizer,
    learningRate: asked.learningRate ?? own.learningRate ?? common.learningRate,
    momentum: asked.momentum ?? own.momentum ?? common.momentum,
    weightDecay: asked.weightDecay ?? own.weightDecay ?? common.weightDecay,
    schedule: asked.schedule ?? own.schedule ?? common.schedule,
  };
}

/** A rate that was the last one of a schedule or the first one, so that retraining ends in small steps. */
function ownOf(compiled: CompiledOptimizer, commonRate: number): Partial<Hyperparameters> {
  const { learningRate = commonRate, momentum = 0, weightDecay = 0 } = compiled;
  return {
    learningRate: learningRate < LEAST_RATE * commonRate ? commonRate : Math.min(commonRate, learningRate),
    momentum,
    weightDecay,
    schedule: 'cosine',
  };
}

/** What a person should know of a training that goes as the model was compiled, or nearly so. */
export function compiledNote(taken: Hyperparameters, { called, name, learningRate }: CompiledOptimizer): string {
  const said = `the model is retrained by ${optimizerText(taken)}`;
  const same = called === undefined && (learningRate ?? taken.learningRate) === taken.learningRate;
  if (same) return `${said}, as its file says it was compiled`;
  const rate = learningRate === undefined ? '' : `, learning rate ${rateText(learningRate)}`;
  return `${said}; its file says it was compiled with ${called ?? TITLES[name]}${rate}`;
}

/** "Adam, learning rate 0.001": for a person. */
export function optimizerText({ optimizer, learningRate, momentum }: Hyperparameters): string {
  const rate = `learning rate ${rateText(learningRate)}`;
  return optimizer === 'sgd' && momentum > 0
    ? `${TITLES[optimizer]} with momentum ${momentum}, ${rate}`
    : `${TITLES[optimizer]}, ${rate}`;
}

const TITLES = { sgd: 'SGD', adam: 'Adam', adamw: 'AdamW' } as const;

const rateText = (rate: number): string => String(Number(rate.toPrecision(3)));
