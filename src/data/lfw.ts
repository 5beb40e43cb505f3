// Faces in the layout of LFW: a folder of pictures for each person, lists of people and of pairs. People of the training
// list are classes to train on; pairs, of other people, are what a network's descriptors are verified on.
import { access, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../errors';
import { fileColumn, type PictureFile } from './images/files';
import { type Pair, type Person, readPairs, readPeople } from './lfw-lists';
import type { ReadOptions } from './options';
import type { Samples, StoredDataset, StoredPairs } from './samples';

const TRAINING_PEOPLE = 'peopleDevTrain.txt';
const TRAINING_PAIRS = 'pairsDevTrain.txt';
const TEST_PAIRS = 'pairsDevTest.txt';
/** Where the pictures are, where they are not in the folder itself. */
const PICTURE_FOLDERS = ['images', 'lfw', 'lfw-deepfunneled', 'lfw_funneled'];
const ENDING = '.jpg';
/** From so many pictures of a person on, the last is kept for testing. */
const TESTED_FROM = 3;

export async function isLfw(folder: string): Promise<boolean> {
  const names = new Set(await readdir(folder));
  return names.has(TRAINING_PEOPLE) || names.has(TEST_PAIRS) || names.has(TRAINING_PAIRS);
}

/** Throws UserError where a list is missing or names pictures that are, or nobody has pictures enough. */
export async function openLfw(path: string, options: ReadOptions): Promise<StoredDataset> {
  for (const list of [TRAINING_PEOPLE, TRAINING_PAIRS, TEST_PAIRS]) {
    if (!(await exists(join(path, list)))) {
      throw new UserError(`${list} is missing in ${path}. Put it beside the other lists of LFW.`);
    }
  }
  const images = await pictureFolder(path);
  const folders = new Map<string, Set<string>>();
  const people = await readPeople(join(path, TRAINING_PEOPLE));
  const [validationPairs, testPairs] = [
    await readPairs(join(path, TRAINING_PAIRS)),
    await readPairs(join(path, TEST_PAIRS)),
  ];
  const known = async (name: string): Promise<Set<string>> => {
    let found = folders.get(name);
    if (found === undefined) {
      found = new Set(await readdir(join(images, name)).catch(() => []));
      folders.set(name, found);
    }
    return found;
  };
  const least = options.faces?.least ?? 2;
  for (const person of people) await checkPerson(person, await known(person.name));
  const trained = people.filter(({ images: count }) => count >= least);
  if (trained.length < 2) {
    throw new UserError(
      `${TRAINING_PEOPLE}: ${trained.length === 0 ? 'nobody has' : 'only one person has'} ${least} pictures or more, and at least two people are told apart. Ask for fewer: --faces, or data.faces.least in the recipe.`,
    );
  }
  for (const [list, pairs] of [
    [TRAINING_PAIRS, validationPairs],
    [TEST_PAIRS, testPairs],
  ] as const) {
    for (const pair of pairs) await checkPair(list, pair, known);
  }
  const files = new Files(images);
  const { train, test } = classification(trained, files);
  const [validation, tested] = [files.pairs(validationPairs), files.pairs(testPairs)];
  const samples: Samples = {
    count: files.all.length,
    inputs: [await fileColumn(images, files.all, options)],
    targets: [
      {
        kind: 'classes',
        name: 'people',
        classes: trained.length,
        classNames: trained.map(({ name }) => name),
        numeric: false,
        shape: [],
        labels: files.labels(trained),
      },
    ],
  };
  const few = people.length - trained.length;
  return {
    name: basename(resolve(path)),
    train: { samples, indices: Uint32Array.from(train) },
    test: { samples, indices: Uint32Array.from(test) },
    pairs: { validation, test: tested },
    notes: [
      `${trained.length.toLocaleString('en')} people are told apart in training`,
      ...(few > 0
        ? [`${few.toLocaleString('en')} people have fewer than ${least} pictures and are not trained on`]
        : []),
    ],
  };
}

/** The pictures that are used, each once. */
class Files {
  readonly all: PictureFile[] = [];
  readonly #people: string[] = [];
  readonly #indices = new Map<string, number>();

  constructor(private readonly folder: string) {}

  index(name: string, image: number): number {
    const file = fileName(name, image);
    const known = this.#indices.get(file);
    if (known !== undefined) return known;
    this.#indices.set(file, this.all.length);
    this.all.push({ path: join(this.folder, name, file), name: `${name}/${file}` });
    this.#people.push(name);
    return this.all.length - 1;
  }

  pairs(pairs: readonly Pair[]): StoredPairs {
    const side = (which: 'first' | 'second'): Uint32Array =>
      Uint32Array.from(pairs, (pair) => this.index(pair[which].name, pair[which].image));
    return {
      first: side('first'),
      second: side('second'),
      same: Uint8Array.from(pairs, ({ first, second }) => (first.name === second.name ? 1 : 0)),
    };
  }

  /** Of every picture; 0 for people that are no class, whose pictures are in no split. */
  labels(people: readonly Person[]): Int32Array {
    const numbers = new Map(people.map(({ name }, i) => [name, i]));
    return Int32Array.from(this.#people, (name) => numbers.get(name) ?? 0);
  }
}

/** Of every person with three pictures or more the last is for testing. */
function classification(people: readonly Person[], files: Files): { train: number[]; test: number[] } {
  const [train, test]: [number[], number[]] = [[], []];
  for (const { name, images } of people) {
    for (let image = 1; image <= images; image++) {
      (images >= TESTED_FROM && image === images ? test : train).push(files.index(name, image));
    }
  }
  return { train, test };
}

async function checkPerson({ name, images, line }: Person, found: ReadonlySet<string>): Promise<void> {
  for (let image = 1; image <= images; image++) {
    if (found.has(fileName(name, image))) continue;
    throw new UserError(
      `${TRAINING_PEOPLE}, line ${line}: ${name} should have ${images} pictures, and ${name}/${fileName(name, image)} is missing. Put it there, or mend the line.`,
    );
  }
}

async function checkPair(
  list: string,
  { first, second, line }: Pair,
  known: (name: string) => Promise<ReadonlySet<string>>,
): Promise<void> {
  for (const { name, image } of [first, second]) {
    const found = await known(name);
    if (found.has(fileName(name, image))) continue;
    const has = found.size === 0 ? 'has none' : found.size === 1 ? 'has but one picture' : `has ${found.size} pictures`;
    throw new UserError(
      `${list}, line ${line} names the picture ${image} of ${name}, who ${has}: ${name}/${fileName(name, image)} is missing. Put it there, or take the line out.`,
    );
  }
}

function fileName(name: string, image: number): string {
  return `${name}_${String(image).padStart(4, '0')}${ENDING}`;
}

async function pictureFolder(path: string): Promise<string> {
  for (const name of PICTURE_FOLDERS) if (await exists(join(path, name))) return join(path, name);
  return path;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
