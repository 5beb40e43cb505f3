// The program that the extension's processes run, and how one is started.
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** Where the program is, and where it writes what it prints. */
export interface Program {
  readonly module: string;
  readonly log: string;
}

export function startProcess({ module, log }: Program, args: readonly string[], detached: boolean): ChildProcess {
  const output = openSync(log, 'a');
  try {
    return fork(module, args, {
      detached,
      stdio: ['ignore', output, output, 'ipc'],
      execArgv: [],
      // In the desktop editor the program that runs this is Electron; so told, it is Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
  } finally {
    closeSync(output);
  }
}
