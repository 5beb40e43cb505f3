// What the command line prints: results on stdout, everything else on stderr.
import { printable, printableLines } from '../report/printable';

export interface Output {
  /** The result: one JSON document with --json, else the text. */
  result(json: unknown, text: string): void;
  /** A line about what happens. */
  note(text: string): void;
  /** Where a long step is: redrawn in place on a terminal, a plain line now and then elsewhere. */
  progress(label: string, done: number, of: number, detail?: string): void;
  /** Ends the line that progress draws. */
  endProgress(): void;
}

/** Milliseconds between plain progress lines. */
const PLAIN_INTERVAL = 10_000;

export function makeOutput(json: boolean): Output {
  const terminal = process.stderr.isTTY === true;
  let drawn = false;
  let label = '';
  let started = { at: 0, done: 0 };
  let printed = 0;
  const clear = (): void => {
    if (drawn) process.stderr.write('\r\x1b[K');
    drawn = false;
  };
  return {
    result(value, text) {
      clear();
      process.stdout.write(json ? `${jsonText(value)}\n` : `${printableLines(text)}\n`);
    },
    note(text) {
      clear();
      process.stderr.write(`${printableLines(text)}\n`);
    },
    progress(name, done, of, detail = '') {
      const now = performance.now();
      if (name !== label || done < started.done) {
        label = name;
        started = { at: now, done };
        printed = now;
      }
      const rate = (done - started.done) / Math.max(1, now - started.at);
      const left = rate > 0 ? ` · ${duration((of - done) / rate / 1000)} left` : '';
      const speed = rate > 0 ? ` · ${Math.round(rate * 1000).toLocaleString('en')}/s` : '';
      const text = printable(`${name} ${Math.floor((100 * done) / of)} %${speed}${left}${detail && ` · ${detail}`}`);
      if (terminal) {
        process.stderr.write(`\r\x1b[K  ${text.slice(0, (process.stderr.columns ?? 80) - 3)}`);
        drawn = true;
      } else if (now - printed >= PLAIN_INTERVAL) {
        process.stderr.write(`  ${text}\n`);
        printed = now;
      }
    },
    endProgress() {
      clear();
      label = '';
    },
  };
}

/** JSON escapes only the first of the control characters by itself. */
function jsonText(value: unknown): string {
  const escaped = (character: string): string => `\\u00${character.charCodeAt(0).toString(16)}`;
  return JSON.stringify(value, null, 2).replace(/[\x7f-\x9f]/g, escaped);
}

/** "3 min 20 s", "12 s". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** Columns aligned: numbers (and what begins with one) right, text left. */
export function table(header: readonly string[], texts: readonly (readonly string[])[]): string {
  const rows = texts.map((row) => row.map(printable));
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const right = header.map((_, i) => rows.length > 0 && rows.every((row) => /^[\d.,−-]|^$/.test(row[i] ?? '')));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (right[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
