// Opens what a recipe names as its data: the built-in digits, or files told apart by their content.
import { UserError } from '../errors';
import { random } from '../random';
import type { Dataset, Normalization } from './dataset';
import { digits } from './digits/digits';
import { isIdx, openIdx } from './idx';
import { divide, inputsOf, type StoredDataset, splitOf } from './samples';

export interface DatasetOptions {
  /** Of every input. Default: bytes 0..255 become 0..1, numbers stay as they are. */
  readonly normalization?: Normalization;
  /** Share of the training samples that is held out for validation, 0 ≤ share < 1. Default 0.1. */
  readonly validation?: number;
  /** Decides which samples those are. Default 0. The test split never depends on it. */
  readonly seed?: number;
}

/**
 * Opens 'digits' (the built-in set) or a path. Throws UserError where there is no data of a known kind, where it is
 * damaged, or where an option is out of its range.
 */
export async function openDataset(source: string, options: DatasetOptions = {}): Promise<Dataset> {
  const { normalization = {}, validation = 0.1, seed = 0 } = options;
  if (!(validation >= 0 && validation < 1)) {
    throw new UserError(`The validation share is ${validation}. Choose one from 0 to less than 1, such as 0.1.`);
  }
  const stored = await openStored(source);
  const [train, held] = stored.validation
    ? [stored.train, stored.validation]
    : divide(stored.train, validation, random(seed, 'validation'));
  const normalizations = stored.train.samples.inputs.map(() => normalization);
  return {
    name: stored.name,
    inputs: inputsOf(stored.train.samples),
    train: splitOf(train, normalizations),
    validation: splitOf(held, normalizations),
    test: splitOf(stored.test, normalizations),
    notes: stored.notes ?? [],
  };
}

async function openStored(source: string): Promise<StoredDataset> {
  if (source === 'digits') return digits();
  if (await isIdx(source)) return openIdx(source);
  throw new UserError(
    `${source} holds no data of a known kind. Looked for: IDX files (a folder with train-images-idx3-ubyte and ` +
      'train-labels-idx1-ubyte, plain or .gz, or one of these files). Choose such a folder, or "digits" for the built-in set.',
  );
}
