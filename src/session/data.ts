// The data that a recipe names, opened, and fitted to a model.
import type { Dataset, Normalization } from '../data/dataset';
import { fitDataset, interfaceOf, isNamed, type ModelInterface } from '../data/fit';
import { type DatasetOptions, openDataset } from '../data/open';
import { UserError } from '../errors';
import type { Graph } from '../model/graph';
import type { DataChoice } from '../protocol/recipe-file';
import { lossOf } from '../training/loss/index';
import type { LossName } from '../training/loss/loss';
import { checkVocabulary } from './vocabulary';

/** Throws UserError where there is no such data. */
export function openData(choice: DataChoice, seed: number): Promise<Dataset> {
  return openDataset(choice.source, { ...optionsOf(choice), seed });
}

/** Throws UserError where none is named, there is no such data, or it does not fit the model. */
export async function openFittedData(
  choice: DataChoice | undefined,
  seed: number,
  graph: Graph,
  loss?: LossName,
): Promise<Dataset> {
  if (choice === undefined) throw new UserError('The recipe names no data to retrain and test on: set data.source.');
  const dataset = fitted(await openData(choice, seed), choice, graph, loss);
  await checkVocabulary(graph, dataset);
  return dataset;
}

/** Throws UserError where the data does not fit the model. */
function fitted(dataset: Dataset, choice: DataChoice, graph: Graph, loss?: LossName): Dataset {
  const model = interfaceOf(graph);
  checkNames(choice, model);
  return fitDataset(dataset, model, loss === undefined ? {} : { numbersAs: lossOf(loss).target });
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
