// A Chromium to look at the built page with, where there is one.
import { existsSync } from 'node:fs';

const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** CHROMIUM names another than the usual ones; undefined where there is none. */
export function chromiumPath(): string | undefined {
  return [process.env.CHROMIUM, ...USUAL].find((path) => path !== undefined && existsSync(path));
}

export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];
