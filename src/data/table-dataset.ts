// A data set made of tables: which columns are inputs, which are targets, and what their numbers are.
import { UserError } from '../errors';
import { random } from '../random';
import { byteColumn, type Column, numberColumn, sizeOf } from './column';
import { isImage, transformed } from './images/transform';
import {
  type ColumnChoice,
  type InputChoice,
  type Ports,
  type ReadOptions,
  type TargetChoice,
  TEST_SHARE,
} from './options';
import { allOf, divide, type Samples, type StoredDataset, type StoredTarget } from './samples';
import { padded } from './sequence';
import { checkComplete, columnNames, columnOf, type Parts, type Table, type TableColumn } from './table';
import { targetsOf } from './table-target';

/** What a target is called where nobody says which column it is; the second only where nothing has a name of the first. */
const TARGET = /^(?:y[-_ ]?\d*|labels?|targets?|class(?:es)?|fine_labels?)$/i;
const PERHAPS = /^(?:masks?|segmentations?|annotations?)$/i;
/** Several single numbers without a name of their own make up one vector. */
const FEATURES = 'features';

/** Throws UserError where a column is missing, empty, or of a kind that can't be fed. */
export function tableDataset(name: string, parts: Parts<Table>, options: ReadOptions): StoredDataset {
  const targets = (options.targets ?? defaultTargets(parts.train, options.ports)).map((choice) =>
    typeof choice === 'object' ? choice : { from: choice },
  );
  const asked = options.inputs ?? otherColumns(parts.train, targets);
  const notes: string[] = parts.train.note === undefined ? [] : [parts.train.note];
  const inputs = oneForEach(asked, options.ports, notes) ?? grouped(parts.train, asked);
  const tables = [parts.train, parts.validation, parts.test].filter((table) => table !== undefined);
  const stored = targetsOf(tables, targets);
  const samples = tables.map(
    (table, i): Samples => ({
      count: table.count,
      inputs: inputs.map((input) => inputColumn(table, input, options, notes)),
      targets: stored[i] as readonly StoredTarget[],
    }),
  );
  for (const [i, own] of samples.entries())
    checkSame(tables[0] as Table, samples[0] as Samples, tables[i] as Table, own);
  const subset = (table: Table | undefined) =>
    table === undefined ? undefined : allOf(samples[tables.indexOf(table)] as Samples);
  const [train, validation, test] = [subset(parts.train), subset(parts.validation), subset(parts.test)];
  if (train === undefined) throw new Error('a data set without a training part');
  const common = { name, notes: [...new Set(notes)], ...(validation && { validation }) };
  if (test) return { ...common, train, test };
  const [rest, taken] = divide(train, options.test ?? TEST_SHARE, random(name, 'test'));
  return { ...common, train: rest, test: taken };
}

function defaultTargets(table: Table, ports: Ports = {}): string[] {
  const { inputs = [], outputs = [] } = ports;
  const names = table.columns.map(({ name }) => name);
  const ofModel = names.filter((name) => outputs.some((port) => port.includes(name)));
  const rest = names.filter((name) => !inputs.some((port) => port.includes(name)));
  const ways = [
    outputs.length > 0 && ofModel.length === outputs.length ? ofModel : [],
    names.filter((name) => TARGET.test(name)),
    ofModel,
    names.filter((name) => PERHAPS.test(name)),
    outputs.length > 0 && rest.length === outputs.length && names.length - rest.length === inputs.length ? rest : [],
    givenBack(table) ? names : [],
  ];
  const found = ways.find((way) => way.length > 0);
  if (found !== undefined) return found;
  throw new UserError(
    `${table.name}: which column is the target? Say it: --target ${likelyTarget(table, ports) ?? 'NAME (data.targets in a recipe)'}. The columns: ${columnNames(table)}.`,
  );
}

/** The last columns, where the others are as many numbers as the model takes. */
function likelyTarget({ columns }: Table, { sizes = [] }: Ports): string | undefined {
  const [size, ...others] = sizes;
  const single = columns.every((column) => column.kind === 'texts' || isNumber(column));
  if (size === undefined || others.length > 0 || !single || size >= columns.length) return undefined;
  const last = columns.slice(size).map(({ name }) => name);
  const which = last.length === 1 ? 'the last column' : `the last ${last.length} columns`;
  return `${last.join(',')}, if it is ${which}, as the model takes ${size} numbers (data.targets in a recipe)`;
}

/** Whether there is nothing but samples: an autoencoder gives back what it is fed. */
function givenBack({ columns }: Table): boolean {
  const [only, ...others] = columns;
  if (others.length > 0) return false;
  return only?.kind === 'read' || (only?.kind === 'numbers' && sizeOf(only.shape) > 1);
}

function otherColumns(table: Table, targets: readonly TargetChoice[]): string[] {
  const taken = new Set(targets.flatMap(({ from }) => [from].flat().map((each) => columnOf(table, each))));
  const rest = table.columns.filter((column) => !taken.has(column));
  if (rest.length > 0) return rest.map(({ name }) => name);
  if (givenBack(table)) return table.columns.map(({ name }) => name);
  throw new UserError(`${table.name}: there is no column besides the target. Choose another file.`);
}

/** A column for each input of the model, where there are several and a column is named like every one. */
function oneForEach(
  choices: readonly (ColumnChoice | InputChoice)[],
  { inputs: ports = [] }: Ports = {},
  notes: string[],
): InputChoice[] | undefined {
  const names = choices.filter((choice) => typeof choice === 'string');
  const found = ports.flatMap((port) => names.find((name) => port.includes(name)) ?? []);
  if (ports.length < 2 || found.length < ports.length || names.length < choices.length) return undefined;
  const left = names.filter((name) => !found.includes(name));
  if (left.length > 0)
    notes.push(`not fed, as the model has no input for it: ${left.map((name) => `"${name}"`).join(', ')}`);
  return found.map((from) => ({ from }));
}

/** Of the columns that are only named, single numbers together as one vector, the others each by itself. */
function grouped(table: Table, choices: readonly (ColumnChoice | InputChoice)[]): InputChoice[] {
  const isSingle = (choice: ColumnChoice | InputChoice): choice is ColumnChoice => {
    if (typeof choice === 'object') return false;
    return isNumber(columnOf(table, choice));
  };
  const numbers = choices.filter(isSingle);
  const others = choices.filter((choice) => !isSingle(choice));
  return [
    ...others.map((choice) => (typeof choice === 'object' ? choice : { from: choice })),
    ...(numbers.length === 0 ? [] : [{ from: numbers }]),
  ];
}

/** One a row. */
function isNumber(column: TableColumn): boolean {
  return column.kind === 'numbers' && column.shape.length === 0;
}

function inputColumn(table: Table, choice: InputChoice, options: ReadOptions, notes: string[]): Column {
  const { from, to, shape, ...normalization } = choice;
  const list = typeof from === 'object';
  const columns = [from].flat().map((which) => columnOf(table, which));
  const [first] = columns;
  if (first === undefined) throw new UserError('An input of the recipe names no column: "from" is empty.');
  const column = list ? joined(table, columns, to ?? FEATURES) : single(table, first, to, options, notes);
  const shaped = shape === undefined ? column : reshaped(column, shape, table);
  const changed = options.image && isImage(shaped.shape) ? transformed(shaped, options.image) : shaped;
  return { ...changed, reader: (general) => changed.reader({ ...general, ...normalization }) };
}

function single(
  table: Table,
  column: TableColumn,
  to: string | undefined,
  options: ReadOptions,
  notes: string[],
): Column {
  const name = to ?? column.name;
  switch (column.kind) {
    case 'read':
      return { ...column.column, name };
    case 'lists':
      return padded({ ...column, name }, table, options.sequence, notes, lengthOf(name, options.ports));
    case 'texts':
      throw textInput(table, column.name, column.words);
    case 'numbers':
      checkComplete(table, column);
      return column.values instanceof Uint8Array && column.shape.length > 0
        ? byteColumn(name, column.shape, column.values)
        : numberColumn(name, column.shape, column.values);
  }
}

/** What the model's input of that name takes, or its only one. */
function lengthOf(name: string, { inputs = [], sizes = [] }: Ports = {}): number | undefined {
  return inputs.length === 1 ? sizes[0] : sizes[inputs.findIndex((port) => port.includes(name))];
}

/** Single numbers side by side, as one vector. */
function joined(table: Table, columns: readonly TableColumn[], name: string): Column {
  const values = new Float32Array(table.count * columns.length);
  columns.forEach((column, i) => {
    if (column.kind === 'texts') throw textInput(table, column.name, column.words);
    if (column.kind !== 'numbers' || column.shape.length > 0) {
      throw new UserError(
        `${table.name}: the column "${column.name}" holds more than a number a row, so it can't be one of several in an input. Make it an input of its own.`,
      );
    }
    checkComplete(table, column);
    for (let row = 0; row < table.count; row++) values[row * columns.length + i] = column.values[row] as number;
  });
  return numberColumn(name, [columns.length], values);
}

function reshaped(column: Column, shape: readonly number[], table: Table): Column {
  if (sizeOf(shape) !== sizeOf(column.shape)) {
    throw new UserError(
      `${table.name}: "${column.name}" has ${sizeOf(column.shape)} numbers a sample, the shape ${shape.join('×')} wants ${sizeOf(shape)}.`,
    );
  }
  return { ...column, shape };
}

function textInput(table: Table, name: string, words: readonly string[]): UserError {
  return new UserError(
    `${table.name}: the column "${name}" holds text (${words
      .slice(0, 2)
      .map((word) => JSON.stringify(word.slice(0, 20)))
      .join(', ')}, …), which can't be fed. ` +
      'Leave it out (--inputs, or data.inputs in the recipe), or write numbers for it.',
  );
}

function checkSame(table: Table, samples: Samples, other: Table, own: Samples): void {
  samples.inputs.forEach(({ name, shape }, i) => {
    const found = own.inputs[i]?.shape ?? [];
    if (found.join() !== shape.join()) {
      throw new UserError(
        `${other.name}: "${name}" is ${found.join('×') || 'a number'} a sample, in ${table.name} it is ${shape.join('×') || 'a number'}. They are not of the same set.`,
      );
    }
  });
}
