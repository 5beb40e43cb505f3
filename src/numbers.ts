// Numbers as a person reads them, wherever they are shown.

/** What stands where there is no number. */
export const NONE = '–';

const MINUS = '−';
const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 240,470 */
export function count(value: number): string {
  return Number.isFinite(value) ? GROUPED.format(value) : NONE;
}

/** From here on, counts in large type are rounded to four digits. */
const LARGE = 10_000_000;

/** 2,165,632 as it is; 15,470,264,320 as "15.47 G". */
export function shortCount(value: number): string {
  return value < LARGE ? count(value) : prefixed(value, 4);
}

/** "2.17 M", for narrow columns. */
export function briefCount(value: number): string {
  return value < 10_000 ? count(value) : prefixed(value, 3);
}

/** "962 kB" (1 kB = 1,000 bytes). */
export function bytes(value: number): string {
  return value < 1_000 ? `${count(value)} B` : `${prefixed(value, 3)}B`;
}

function prefixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return NONE;
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P'];
  let scaled = value;
  let power = 0;
  while (Number(scaled.toPrecision(digits)) >= 1_000 && power < prefixes.length - 1) {
    scaled /= 1_000;
    power++;
  }
  return `${scaled.toPrecision(digits)} ${prefixes[power]}`;
}

/** More digits are shown until something that is not nothing, or not all, no longer looks as if it were. */
const MOST_DECIMALS = 4;

/** A share from 0 to 1: "81.3 %". */
export function percent(share: number, decimals = 1): string {
  if (!Number.isFinite(share)) return NONE;
  const size = Math.abs(share) * 100;
  let digits = decimals;
  let text = size.toFixed(digits);
  while (digits < MOST_DECIMALS && ((size > 0 && Number(text) === 0) || (size < 100 && Number(text) === 100))) {
    text = size.toFixed(++digits);
  }
  return `${share < 0 && Number(text) !== 0 ? MINUS : ''}${text} %`;
}

/** A change relative to before: "−66.5 %", "+0.8 %", "±0 %". */
export function change(before: number, after: number): string {
  if (after === before) return '±0 %';
  if (before === 0) return NONE;
  return signed(percent((after - before) / before));
}

export function signed(text: string): string {
  return text.startsWith(MINUS) || text === NONE ? text : `+${text}`;
}

/** "1 channel", "20 channels". */
export function counted(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`;
}

/** A score of any size: "0.031", "18.4", "1,240". */
export function score(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  if (Math.abs(value) >= 1_000) return briefCount(Math.abs(value));
  return String(Number(value.toPrecision(3)));
}
