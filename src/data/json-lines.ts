// A table from JSON lines: an object a line, whose fields are numbers, texts, or lists of numbers.
import { messageOf, UserError } from '../errors';
import { openBytes } from './bytes';
import type { Table } from './table';
import { type BuilderOptions, type Cell, ColumnBuilder } from './table-builder';

/** A picture of 512×512×3 numbers of 16 characters, and as much again. */
const MAX_LINE = 2 ** 24;
const MAX_COLUMNS = 4096;

export function isJsonLines(start: Uint8Array): boolean {
  const text = Buffer.from(start).toString('utf8').trimStart();
  return text.startsWith('{') && !text.includes('\0');
}

/** Throws UserError that names the line where one is no object. */
export async function readJsonLines(path: string, options: BuilderOptions): Promise<Table> {
  const { name } = options;
  const columns = new Map<string, ColumnBuilder>();
  let count = 0;
  for await (const { text, number } of linesOf(path, name)) {
    const fields = new Map(Object.entries(objectOf(text, name, number)));
    for (const field of fields.keys()) {
      if (columns.has(field)) continue;
      if (columns.size === MAX_COLUMNS) throw new UserError(`${name} has more than ${MAX_COLUMNS} different fields.`);
      const column = new ColumnBuilder(field, options);
      for (let i = 0; i < count; i++) column.add(undefined);
      columns.set(field, column);
    }
    for (const [field, column] of columns) column.add(fields.get(field) as Cell);
    count++;
  }
  if (count === 0) throw new UserError(`${name} holds no rows. Choose a file with some.`);
  return { name, count, columns: await Promise.all([...columns.values()].map((column) => column.build())) };
}

function objectOf(text: string, name: string, line: number): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (line === 1 && /^\s*[{[]\s*$/.test(text)) {
      throw new UserError(
        `${name} is one JSON document over many lines; as data, every line is an object, like {"x": [1, 2], "label": 0}. Choose the data, or write it so.`,
      );
    }
    throw new UserError(`${name}, line ${line}: not valid JSON (${messageOf(error)}). Mend the line.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${name}, line ${line}: wanted an object like {"x": [1, 2], "label": 0}. Mend the line.`);
  }
  const odd = Object.entries(value).find(
    ([, cell]) => typeof cell === 'object' && cell !== null && !Array.isArray(cell),
  );
  if (odd !== undefined) {
    throw new UserError(
      `${name}, line ${line}: the field "${odd[0]}" is an object; wanted a number, a text or a list of numbers.`,
    );
  }
  return value;
}

/** Lines that are not empty, numbered from 1. */
async function* linesOf(path: string, name: string): AsyncGenerator<{ text: string; number: number }> {
  const decoder = new TextDecoder('utf8');
  let rest = '';
  let number = 0;
  for await (const chunk of (await openBytes(path)).chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE)
      throw new UserError(`${name}, line ${number + 1}: longer than ${MAX_LINE.toLocaleString('en')} characters.`);
    for (const text of lines) {
      number++;
      if (text.trim() !== '') yield { text, number };
    }
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield { text: rest, number: number + 1 };
}
