// Takes the README's pictures of the demo's report: `npm run demo`, then `node scripts/screenshot.mjs`.
// Needs a Chromium (Debian: apt-get install chromium); CHROMIUM names another than /usr/bin/chromium.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const report = resolve('demo/pruned/report.html');
for (const needed of [chromium, report]) {
  if (existsSync(needed)) continue;
  console.error(`${needed} is missing.`);
  process.exit(1);
}
mkdirSync('media', { recursive: true });
for (const [name, scheme] of [
  ['report', 1],
  ['report-dark', 0],
]) {
  const { status } = spawnSync(
    chromium,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      `--blink-settings=preferredColorScheme=${scheme}`,
      `--screenshot=${resolve('media', `${name}.png`)}`,
      '--window-size=1100,1180',
      pathToFileURL(report).href,
    ],
    { stdio: 'ignore' },
  );
  if (status !== 0) process.exit(1);
}
