// A real VS Code with the packaged extension installed, driven by a browser.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { messageOf } from '../../src/errors';

/** What scripts/test.mjs found or installed, for the tests that need a real VS Code. */
interface Installation {
  readonly chromium: string;
  readonly node: string;
  readonly server: string;
  /** With the packaged extension installed, far from this checkout. */
  readonly extensions: string;
}

/** Why tests in a real VS Code are skipped; false where they run. */
export const skipped: string | false = process.env.NEURON_PRUNER_NO_EDITOR ?? false;

export interface EditorOptions {
  /** Ask whether the workspace is trusted, as VS Code does by default, and answer no. */
  readonly restricted?: boolean;
  readonly settings?: Record<string, unknown>;
  /** Commands by the keys that run them. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** Milliseconds until something that should show is given up on: a busy machine is slow, a wait that succeeds is short. */
const PATIENCE = 120_000;

const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export class Editor {
  /** Console errors that name the extension. */
  readonly errors: string[] = [];

  private constructor(
    readonly page: Page,
    /** Where the extension's process log and others are. */
    readonly data: string,
    private readonly server: ChildProcess,
    private readonly browser: Browser,
  ) {}

  static async open(workspace: string, options: EditorOptions = {}): Promise<Editor> {
    const installation = JSON.parse(process.env.NEURON_PRUNER_EDITOR ?? '') as Installation;
    const data = mkdtempSync(join(tmpdir(), 'neuron-pruner-vscode-'));
    const settings = {
      'workbench.startupEditor': 'none',
      'workbench.colorTheme': 'Default Dark Modern',
      'security.workspace.trust.startupPrompt': 'never',
      'files.simpleDialog.enable': true,
      'chat.disableAIFeatures': true,
      'workbench.tips.enabled': false,
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      ...options.settings,
    };
    mkdirSync(join(data, 'User'), { recursive: true });
    writeFileSync(join(data, 'User', 'settings.json'), JSON.stringify(settings));
    const keys = Object.entries(options.keys ?? {}).map(([key, command]) => ({ key, command }));
    writeFileSync(join(data, 'User', 'keybindings.json'), JSON.stringify(keys));
    const port = await freePort();
    const trust = options.restricted ? [] : ['--disable-workspace-trust'];
    const server = spawn(
      installation.node,
      [
        installation.server,
        '--bind-addr',
        `127.0.0.1:${port}`,
        '--auth',
        'none',
        '--disable-telemetry',
        '--disable-update-check',
        '--disable-getting-started-override',
        ...trust,
        '--user-data-dir',
        data,
        '--extensions-dir',
        installation.extensions,
        workspace,
      ],
      { detached: true, stdio: 'ignore', env: { ...process.env, HOME: data } },
    );
    await healthy(port);
    const browser = await chromium.launch({ executablePath: installation.chromium, args: CHROMIUM_FLAGS });
    const page = await browser.newPage({ viewport: options.viewport ?? { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE);
    const editor = new Editor(page, data, server, browser);
    page.on('console', (message) => {
      if (message.type() === 'error' && message.text().includes('neuron-pruner.neuron-pruner'))
        editor.errors.push(message.text());
    });
    try {
      await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}`);
      await editor.ready();
    } catch (error) {
      await editor.close();
      throw error;
    }
    return editor;
  }

  /** Waits for the window, and for the extension to be part of it. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.sidebar').waitFor();
    await this.page.locator('.activitybar .action-label[aria-label="Neuron Pruner"]').waitFor();
  }

  /** Loads the window anew: its extension host ends and another starts. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Runs a command by its title, as a person does. */
  async command(title: string): Promise<void> {
    await this.choose('F1', `>${title}`, title);
  }

  /** Opens a file of the workspace. */
  async openFile(path: string): Promise<void> {
    // A file of that name in another folder may stand above it until the list has been searched.
    await this.choose('Control+P', path, new RegExp(path.split('/').reverse().join('.*')));
    await this.page
      .locator('.breadcrumbs-control')
      .filter({ hasText: path.split('/')[0] ?? path })
      .waitFor();
  }

  /** Types into the list that a key opens and takes its first entry; an editor that opens meanwhile closes the list. */
  private async choose(key: string, typed: string, entry: string | RegExp): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.page.keyboard.press(key);
        const box = this.page.locator('.quick-input-widget .quick-input-box input');
        await box.fill(typed, { timeout: 20_000 });
        await this.page
          .locator('.quick-input-list .monaco-list-row')
          .filter({ hasText: entry })
          .first()
          .click({ timeout: 20_000 });
        return;
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  }

  /** Picks an entry of the list that an extension's command shows. */
  async pick(text: string | RegExp): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first().click();
  }

  /** A notification that says this. */
  notification(text: string | RegExp): Locator {
    return this.page
      .locator('.notification-toast, .notifications-center .notification-list-item')
      .filter({ hasText: text })
      .first();
  }

  async openSidebar(): Promise<void> {
    await this.command('Neuron Pruner: Focus on Layers View');
    await this.view('Layers').waitFor();
  }

  /** A view of the sidebar: Layers, Models, Sessions. */
  view(name: string): Locator {
    return this.page.locator('.pane', { has: this.page.locator(`.pane-header[aria-label^="${name}"]`) });
  }

  rows(view: string): Locator {
    return this.view(view).locator('.monaco-list-row');
  }

  /** The panel's page. */
  panel(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** A CodeLens that says this. */
  lens(text: RegExp): Locator {
    return this.page.locator('.codelens-decoration').filter({ hasText: text }).first();
  }

  /** What hovering over a text of the editor in front shows. */
  async hover(text: string): Promise<string> {
    await this.page.locator('.view-line span span').filter({ hasText: text }).first().hover();
    const hover = this.page
      .locator('.monaco-hover:visible .hover-contents')
      .filter({ hasNotText: 'Loading...' })
      .first();
    await hover.waitFor();
    return hover.innerText();
  }

  /** What a tree's row offers when it is clicked with the other button. */
  async chooseFromMenu(row: Locator, entry: string): Promise<void> {
    await row.click({ button: 'right' });
    const offered = this.page.locator('.context-view .action-label').filter({ hasText: entry }).first();
    await offered.hover();
    // A menu that has just opened takes no click.
    await this.page.waitForTimeout(300);
    await offered.click();
  }

  /** Takes what the save dialog proposes. */
  async save(): Promise<void> {
    const dialog = this.page.locator('.quick-input-widget').filter({ hasText: 'OK' });
    await dialog.locator('.quick-input-box input').waitFor();
    await dialog.getByText('OK', { exact: true }).click();
  }

  /** The messages of the Problems view. */
  async problems(): Promise<string[]> {
    await this.command('Problems: Focus on Problems View');
    const rows = this.page.locator('.markers-panel .monaco-list-row');
    await rows.nth(1).waitFor();
    return rows.allInnerTexts();
  }

  /** Waits for something that shows outside the page, or for what is no element. */
  async until(reached: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
      if (await reached()) return;
      await this.page.waitForTimeout(100);
    }
    throw new Error('waited too long');
  }

  /** What the window shows where a test has failed: all that there is to find out why, on a machine that is gone. */
  async tellFailure(test: { readonly name: string }): Promise<void> {
    // Node before 20.12 says of no test whether it passed.
    if (!('passed' in test) || test.passed !== false) return;
    const picture = join(tmpdir(), `neuron-pruner-failed-${Date.now()}.png`);
    await this.page.screenshot({ path: picture });
    const texts = [`"${test.name}" failed. ${picture} shows the window, which says:`];
    for (const frame of this.page.frames()) {
      const text = await frame.locator('body').innerText({ timeout: 5_000 }).catch(messageOf);
      if (text.trim() !== '') texts.push(text.replaceAll(/\s*\n\s*/g, ' | '));
    }
    console.error(texts.join('\n'));
  }

  get statusBar(): Locator {
    return this.page.locator('.statusbar');
  }

  async close(): Promise<void> {
    await this.browser.close();
    const { pid } = this.server;
    // The server leads a group of its own, with all that it started.
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    await once(this.server, 'exit');
    rmSync(this.data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function healthy(port: number): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('code-server did not start');
}
