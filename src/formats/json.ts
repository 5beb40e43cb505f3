// Parses JSON of untrusted files.
import { UserError } from '../errors';

/** The largest topology known to us is 2 MB; JSON.parse of more than this takes gigabytes. */
export const MAX_JSON_BYTES = 128 * 2 ** 20;

/** Deeper than any config nests; what walks JSON by recursion would run out of stack. */
export const MAX_JSON_DEPTH = 200;

/** @param where what errors call the text: a file. */
export function parseJson(where: string, text: string): unknown {
  if (nestingDepth(text) > MAX_JSON_DEPTH) {
    throw new UserError(`${where} nests more than ${MAX_JSON_DEPTH} levels deep: that is not a model.`);
  }
  try {
    return JSON.parse(withoutPythons(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    throw new UserError(
      `${where} is not valid JSON: ${(error as Error).message}. Was it cut short? Export the model again.`,
    );
  }
}

/** Python writes Infinity and NaN: what is larger than any number is read as the one, null stands for the other. */
function withoutPythons(text: string): string {
  if (!/Infinity|NaN/.test(text)) return text;
  return text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) => PYTHONS[token] ?? token);
}

const PYTHONS: Readonly<Record<string, string>> = { Infinity: '1e999', '-Infinity': '-1e999', NaN: 'null' };

/** How deep brackets nest, outside of strings. */
export function nestingDepth(text: string): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted && code === BACKSLASH) i++;
    else if (!quoted && (code === BRACKET || code === BRACE)) deepest = Math.max(deepest, ++depth);
    else if (!quoted && (code === BRACKET + 2 || code === BRACE + 2)) depth--;
  }
  return deepest;
}

const [QUOTE, BACKSLASH, BRACKET, BRACE] = [0x22, 0x5c, 0x5b, 0x7b] as const;
