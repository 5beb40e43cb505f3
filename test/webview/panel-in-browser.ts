// The built page in Chromium, with VS Code's themes, and a test in place of the extension.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { panelPage } from '../../src/editor/panel-page';
import type { FromPanel, ToPanel } from '../../src/protocol/panel';
import { CHROMIUM_FLAGS, chromiumPath } from './chromium';
import themes from './themes.json';

export type ThemeName = keyof typeof themes;
export const THEMES = Object.keys(themes) as ThemeName[];

const ORIGIN = 'https://panel.test';
const NONCE = 'test';

export async function openBrowser(): Promise<Browser> {
  const path = chromiumPath();
  if (path === undefined) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath: path, args: CHROMIUM_FLAGS });
}

export interface PanelInBrowser {
  readonly page: Page;
  /** What the page wrote to its console as an error, and what it threw. */
  readonly errors: string[];
  /** What the page has sent to the extension so far. */
  sent(): Promise<FromPanel[]>;
  send(...messages: readonly ToPanel[]): Promise<void>;
}

/** @param kept what an earlier life of the page kept. */
export async function openPanel(
  browser: Browser,
  theme: ThemeName = 'dark',
  width = 1200,
  kept: unknown = undefined,
): Promise<PanelInBrowser> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.route(`${ORIGIN}/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') {
      const html = panelPage({ source: ORIGIN, nonce: NONCE, file: (file) => `${ORIGIN}/${file}` });
      await route.fulfill({ contentType: 'text/html', body: html });
      return;
    }
    await route.fulfill({
      contentType: TYPES[name.split('.').at(-1) ?? ''] ?? '',
      body: await readFile(join('dist/webview', name)),
    });
  });
  const { variables, kind } = themes[theme];
  await page.addInitScript(prepare, { variables, kind, kept });
  await page.goto(`${ORIGIN}/`);
  return {
    page,
    errors,
    sent: () => page.evaluate(() => (globalThis as unknown as FakeHost).sent),
    async send(...messages) {
      for (const message of messages) await page.evaluate((data) => window.postMessage(data), message);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    },
  };
}

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', ttf: 'font/ttf' };

interface FakeHost {
  sent: FromPanel[];
  kept: unknown;
  acquireVsCodeApi(): object;
}

/** Runs in the page before anything of it: the API and the theme that VS Code gives a webview. */
function prepare({ variables, kind, kept }: { variables: Record<string, string>; kind: string; kept: unknown }): void {
  const host = globalThis as unknown as FakeHost;
  host.sent = [];
  host.kept = kept;
  host.acquireVsCodeApi = () => ({
    postMessage: (message: FromPanel) => host.sent.push(message),
    getState: () => host.kept,
    setState: (state: unknown) => {
      host.kept = state;
    },
  });
  const dress = (): void => {
    for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
    document.body.classList.add(kind);
    document.body.dataset.vscodeThemeKind = kind;
  };
  // The document has no body yet; the page's own script runs when it does.
  new MutationObserver((_, observer) => {
    if (document.body === null) return;
    observer.disconnect();
    dress();
  }).observe(document, { childList: true, subtree: true });
}
