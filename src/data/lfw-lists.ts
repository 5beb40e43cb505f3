// The lists that come with LFW: who is in a set, and which two pictures are compared. Format:
// http://vis-www.cs.umass.edu/lfw/README.txt
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, UserError } from '../errors';

/** LFW's longest list has 170 kB. */
const MAX_LIST = 2 ** 26;
/** Names are folders: nothing that could lead elsewhere. */
const NAME = /^[^/\\\0]+$/;

export interface Person {
  readonly name: string;
  readonly images: number;
  /** Line of the list, from 1. */
  readonly line: number;
}

/** One picture of one person each: their n-th. */
export interface Pair {
  readonly first: { readonly name: string; readonly image: number };
  readonly second: { readonly name: string; readonly image: number };
  readonly line: number;
}

/** people*.txt: their number, then a name and how many pictures there are a line; in people.txt for several sets. */
export async function readPeople(path: string): Promise<Person[]> {
  const people: Person[] = [];
  for (const { cells, line } of await linesOf(path)) {
    // Headings: how many sets, how many people.
    if (cells.length === 1) continue;
    const [name = '', count = ''] = cells;
    if (cells.length !== 2 || !isName(name) || !isNumber(count)) throw wrongLine(path, line, 'a name and a number');
    people.push({ name, images: Number(count), line });
  }
  if (people.length === 0) throw new UserError(`${basename(path)} names nobody. Get the file again.`);
  return people;
}

/** pairs*.txt: "name 1 4" is one person twice, "name 1 other 3" are two. */
export async function readPairs(path: string): Promise<Pair[]> {
  const pairs: Pair[] = [];
  const lines = await linesOf(path);
  for (const [i, { cells, line }] of lines.entries()) {
    const [name = '', image = '', third = '', fourth = ''] = cells;
    const same = cells.length === 3 && isName(name) && isNumber(image) && isNumber(third);
    const different = cells.length === 4 && isName(name) && isNumber(image) && isName(third) && isNumber(fourth);
    if (same || different) {
      const second = same ? { name, image: Number(third) } : { name: third, image: Number(fourth) };
      pairs.push({ first: { name, image: Number(image) }, second, line });
    } else if (i > 0 || !cells.every(isNumber)) {
      throw wrongLine(path, line, 'a name and two numbers, or two names with a number each');
    }
  }
  if (pairs.length === 0) throw new UserError(`${basename(path)} names no pairs. Get the file again.`);
  return pairs;
}

function isName(text: string): boolean {
  return NAME.test(text) && text !== '.' && text !== '..';
}

function isNumber(text: string): boolean {
  return /^\d{1,9}$/.test(text);
}

function wrongLine(path: string, line: number, wanted: string): UserError {
  return new UserError(`${basename(path)}, line ${line}: wanted ${wanted}. Mend the line, or get the file again.`);
}

async function linesOf(path: string): Promise<{ cells: string[]; line: number }[]> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MAX_LIST) throw new Error(`it is ${size} bytes long`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(`${basename(path)} can't be read (${messageOf(error)}).`);
  }
  return text
    .split(/\r?\n/)
    .map((line, i) => ({
      cells: line
        .split(/\t| {2,}/)
        .map((cell) => cell.trim())
        .filter(Boolean),
      line: i + 1,
    }))
    .filter(({ cells }) => cells.length > 0);
}
