// JSON as Python reads and writes it. There 1.0 is another number than 1 (TensorFlow refuses to subtract one from the
// other), and NaN and Infinity are numbers. JSON.parse knows neither: they stand as marked texts while a config is changed.
import { outsideStrings, takenJson } from './json';

const MARK = '\u0000python ';
const NUMBERS = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity|NaN/g;
const MARKED = /"\\u0000python ([^"]*)"/g;

/** The value of a text that was read before, with such numbers as marked texts: to be changed and written by `pythonText`. */
export function markedJson(where: string, text: string): unknown {
  const marked = (token: string): string => (isPythons(token) ? JSON.stringify(`${MARK}${token}`) : token);
  return takenJson(
    where,
    outsideStrings(text, (part) => part.replace(NUMBERS, marked)),
  );
}

/** A value of `markedJson` as a text. */
export function pythonText(value: unknown): string {
  return JSON.stringify(value).replace(MARKED, '$1');
}

function isPythons(token: string): boolean {
  const value = Number(token);
  return Number.isInteger(value) ? /[.eE]/.test(token) : !Number.isFinite(value);
}
