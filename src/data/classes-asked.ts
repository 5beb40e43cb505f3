// The classes that someone says there are: how many, or their names in the order of the model's outputs.
import { UserError } from '../errors';
import { ofAllSamples, type Samples, type StoredClasses, type StoredDataset } from './samples';

/** Throws UserError where that are fewer than there are, or other ones. */
export function withClasses(stored: StoredDataset, classes: number | readonly string[] | undefined): StoredDataset {
  if (classes === undefined) return stored;
  const asked = (target: StoredClasses): StoredClasses =>
    typeof classes === 'number' ? counted(target, classes, stored.name) : named(target, classes, stored.name);
  const samples = (given: Samples): Samples => ({
    ...given,
    targets: given.targets.map((target) => (target.kind === 'classes' ? asked(target) : target)),
  });
  return ofAllSamples(stored, samples);
}

function counted(target: StoredClasses, classes: number, data: string): StoredClasses {
  if (target.classNames !== undefined) {
    throw new UserError(
      `${data} has classes with names: name them in the order of the model's outputs, --classes "${target.classNames.join(',')}" (data.classes in a recipe), or leave it out.`,
    );
  }
  if (target.classes <= classes) return { ...target, classes };
  throw new UserError(
    `${data} has labels up to ${target.classes - 1}, ${classes} classes were asked for. Leave --classes (data.classes) out.`,
  );
}

function named(target: StoredClasses, names: readonly string[], data: string): StoredClasses {
  const { classNames } = target;
  if (classNames === undefined) {
    throw new UserError(
      `${data} has classes without names: say how many there are, --classes ${target.classes} (data.classes in a recipe).`,
    );
  }
  const places = new Map(names.map((name, i) => [name, i]));
  const left = classNames.find((name) => !places.has(name));
  if (left !== undefined || places.size < names.length) {
    const wrong = left === undefined ? 'names a class twice' : `leaves out "${left}"`;
    throw new UserError(`${data}: --classes (data.classes) ${wrong}. Its classes are ${classNames.join(', ')}.`);
  }
  const order = classNames.map((name) => places.get(name) ?? 0);
  return {
    ...target,
    classes: names.length,
    classNames: names,
    labels: target.labels.map((label) => order[label] ?? 0),
  };
}
