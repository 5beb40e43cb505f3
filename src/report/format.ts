// Numbers as the report has them: differences, p-values, times, scores.
import { count, NONE, percent } from '../numbers';
import { SIGNIFICANCE } from '../session/record';

export { briefCount, bytes, change, count, counted, NONE, percent, score, shortCount } from '../numbers';

/** The size of a difference of two accuracies: "0.07". */
export function points(difference: number): string {
  return percent(Math.abs(difference), 2).replace(' %', '');
}

/** "0.43", "0.012", "< 0.001". Close to the limit of significance as many digits as tell on which side it is. */
export function pValue(p: number | undefined): string {
  if (p === undefined || !Number.isFinite(p)) return NONE;
  if (p < 0.001) return '< 0.001';
  const text = p.toFixed(p < 0.0995 ? 3 : 2);
  return Number(text) === SIGNIFICANCE && p !== SIGNIFICANCE ? p.toFixed(4) : text;
}

/** "p = 0.43", "p < 0.001". */
export function pStatement(p: number): string {
  const text = pValue(p);
  return text.startsWith('<') ? `p ${text}` : `p = ${text}`;
}

/** Seconds: "0.84", "12.6", "1,204". */
export function seconds(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  if (value >= 100) return count(value);
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** A text cut to so many characters. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).trimEnd()}…`;
}

/** Holds numbers and their units together where a line of prose breaks. */
export function unbroken(text: string): string {
  return text.replace(/ %/g, '\u00A0%').replace(/p ([=<]) /g, 'p\u00A0$1\u00A0');
}
