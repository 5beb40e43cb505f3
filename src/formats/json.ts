// Parses JSON of untrusted files.
import { UserError } from '../errors';

/** The largest topology known to us is 2 MB; taking and changing it takes tens of times its size. */
export const MAX_JSON_BYTES = 32 * 2 ** 20;

/** Deeper than any config nests; what walks JSON by recursion would run out of stack. */
const MAX_JSON_DEPTH = 200;

/** More objects and lists than any config has, and more values: a few bytes of text each, they take hundreds in memory. */
const MAX_CONTAINERS = 1_000_000;
const MAX_VALUES = 2_000_000;

/** @param where what errors call the text: a file. */
export function parseJson(where: string, text: string): unknown {
  const excess = excessOf(text);
  if (excess !== undefined) throw new UserError(`${where} ${excess}: that is not a model.`);
  return takenJson(where, outsideStrings(text.replace(/^\uFEFF/, ''), withoutPythons));
}

/** The same of a text that was looked at already. */
export function takenJson(where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `${where} is not valid JSON: ${(error as Error).message}. Was it cut short? Export the model again.`,
    );
  }
}

/** Python writes Infinity and NaN: what is larger than any number is read as the one, null stands for the other. */
function withoutPythons(part: string): string {
  return part.replace(/-?Infinity|NaN/g, (token) => PYTHONS[token] ?? token);
}

const PYTHONS: Readonly<Record<string, string>> = { Infinity: '1e999', '-Infinity': '-1e999', NaN: 'null' };

/** The text with everything changed but its strings, quotes and all: a pattern that passes over long ones runs out of stack. */
export function outsideStrings(text: string, change: (part: string) => string): string {
  const parts: string[] = [];
  let end = 0;
  for (let start = text.indexOf('"'); start >= 0; start = text.indexOf('"', end)) {
    parts.push(change(text.slice(end, start)));
    end = start + 1;
    while (end < text.length && text.charCodeAt(end) !== QUOTE) end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
    end++;
    parts.push(text.slice(start, end));
  }
  return parts.join('') + change(text.slice(end));
}

/** What makes a text no JSON of a model, so that it need not be taken: "nests more than 200 levels deep". */
export function excessOf(text: string): string | undefined {
  if (text.length > MAX_JSON_BYTES) return `is longer than ${MAX_JSON_BYTES / 2 ** 20} MB`;
  const { depth, containers, values } = extentOf(text);
  if (depth > MAX_JSON_DEPTH) return `nests more than ${MAX_JSON_DEPTH} levels deep`;
  return containers > MAX_CONTAINERS || values > MAX_VALUES ? 'holds millions of values' : undefined;
}

interface Extent {
  /** How deep brackets nest. */
  readonly depth: number;
  /** Objects and lists. */
  readonly containers: number;
  /** Values that a comma parts. */
  readonly values: number;
}

/** What a text will take, found without taking it; what stands in strings does not count. */
function extentOf(text: string): Extent {
  let [depth, deepest, containers, values, quoted] = [0, 0, 0, 1, false];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted) i += code === BACKSLASH ? 1 : 0;
    else if (code === COMMA) values++;
    else if (code === BRACKET || code === BRACE) {
      containers++;
      deepest = Math.max(deepest, ++depth);
    } else if (code === BRACKET + 2 || code === BRACE + 2) depth--;
  }
  return { depth: deepest, containers, values };
}

const [QUOTE, COMMA, BACKSLASH, BRACKET, BRACE] = [0x22, 0x2c, 0x5c, 0x5b, 0x7b] as const;
