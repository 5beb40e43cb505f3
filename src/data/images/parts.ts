// Files that lie in train, validation and test folders, or in none: which are for what.
import { UserError } from '../../errors';
import { random } from '../../random';
import { TEST_SHARE } from '../options';
import { divide, type Samples, type StoredDataset } from '../samples';
import type { Part } from '../table';

/** Files part after part, in one list that their samples have the order of. */
export class PartedFiles<File> {
  readonly files: File[] = [];
  readonly #ranges = new Map<Part | undefined, Uint32Array>();

  add(part: Part | undefined, found: readonly File[]): void {
    const start = this.files.length;
    this.#ranges.set(
      part,
      Uint32Array.from(found, (_, i) => start + i),
    );
    for (const file of found) this.files.push(file);
  }

  /** Throws UserError where there is nothing to train on. */
  check(path: string): void {
    if (this.#training !== undefined) return;
    throw new UserError(`${path} has no train folder beside its test folder. Put the training pictures there.`);
  }

  get #training(): Uint32Array | undefined {
    return this.#ranges.get('train') ?? this.#ranges.get(undefined);
  }

  /** The samples by what they are for; where there is no folder for testing, a seeded share of those for training is. */
  divided(samples: Samples, name: string, share = TEST_SHARE): Pick<StoredDataset, 'train' | 'validation' | 'test'> {
    const [validation, test] = [this.#ranges.get('validation'), this.#ranges.get('test')];
    const train = { samples, indices: this.#training ?? new Uint32Array() };
    const common = validation && { validation: { samples, indices: validation } };
    if (test) return { ...common, train, test: { samples, indices: test } };
    const [rest, taken] = divide(train, share, random(name, 'test'));
    return { ...common, train: rest, test: taken };
  }
}
