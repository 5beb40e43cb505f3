// The data that a recipe names, opened, and fitted to a model.
import type { Dataset, Normalization } from '../data/dataset';
import { type FitOptions, fitDataset, interfaceOf, isNamed, type ModelInterface, portsOf } from '../data/fit';
import { type DatasetOptions, openDataset } from '../data/open';
import type { Ports } from '../data/options';
import { takesStoredPixels } from '../data/stored-scale';
import { UserError } from '../errors';
import type { Model } from '../model/model';
import type { DataChoice } from '../protocol/recipe-file';
import { lossOf } from '../training/loss/index';
import type { LossName } from '../training/loss/loss';
import { ownLoss } from './own-loss';
import { checkVocabulary } from './vocabulary';

/**
 * Throws UserError where there is no such data.
 * @param model that is fed with it, which may want pixels as they are stored.
 */
export async function openData(choice: DataChoice, seed: number, model?: Model): Promise<Dataset> {
  const storedPixels = model !== undefined && (await takesStoredPixels(model.graph));
  const ports = model === undefined ? {} : portsOf(model.graph);
  return openDataset(choice.source, { ...optionsOf(apart(choice, ports)), storedPixels, ports, seed });
}

/** Several columns that are named like outputs of the model are a target for each of them, not one of several numbers. */
function apart(choice: DataChoice, { outputs = [] }: Ports): DataChoice {
  const [target, ...others] = choice.targets ?? [];
  if (typeof target !== 'object' || others.length > 0 || target.to !== undefined) return choice;
  const columns = [target.from].flat();
  const all = columns.length > 1 && columns.every((name) => outputs.some((port) => port.includes(String(name))));
  return all ? { ...choice, targets: columns } : choice;
}

/** Throws UserError where none is named, there is no such data, or it does not fit the model. */
export async function openFittedData(
  choice: DataChoice | undefined,
  seed: number,
  model: Model,
  loss?: LossName,
): Promise<Dataset> {
  if (choice === undefined)
    throw new UserError('There is no data to retrain and test on: name some by --data (data.source in a recipe).');
  checkNames(choice, interfaceOf(model.graph));
  const dataset = fittedTo(await openData(choice, seed, model), model, loss);
  await checkVocabulary(model.graph, dataset);
  return dataset;
}

/** Throws UserError where the data does not fit the model. */
export function fittedTo(dataset: Dataset, model: Model, loss?: LossName): Dataset {
  return fitDataset(dataset, interfaceOf(model.graph), numbersAs(model, loss));
}

/** Zeros and ones that a binary cross-entropy is taken of are classes, also where a model ends in their logit. */
function numbersAs(model: Model, loss: LossName | undefined): FitOptions {
  const own = ownLoss(model);
  if ((loss ?? own) === 'binary-cross-entropy') return { numbersAs: 'classes' };
  if (loss !== undefined) return { numbersAs: lossOf(loss).target };
  return own === undefined ? {} : { compiledFor: 'values' };
}

/** Throws UserError where the recipe names an input or output that the model lacks. */
function checkNames({ inputs = [], targets = [] }: DataChoice, model: ModelInterface): void {
  for (const [choices, ports, what] of [
    [inputs, model.inputs, 'input'],
    [targets, model.outputs, 'output'],
  ] as const) {
    for (const choice of choices) {
      const to = typeof choice === 'object' ? choice.to : undefined;
      if (to === undefined || ports.some((port) => isNamed(port, to))) continue;
      throw new UserError(
        `The model has no ${what} "${to}". Its ${what}s: ${ports.map(({ name }) => name).join(', ')}.`,
      );
    }
  }
}

function optionsOf({ source, scale, mean, deviation, sequence, faces, ...rest }: DataChoice): DatasetOptions {
  return {
    ...rest,
    normalization: given({ scale, mean, deviation }),
    ...(sequence && { sequence: { padding: 'before', ...sequence } }),
    ...(faces && { faces: { least: 2, ...faces } }),
  };
}

function given(parts: { [Part in keyof Normalization]: Normalization[Part] | undefined }): Normalization {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}
