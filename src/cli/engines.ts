// neuron-pruner engines: what this machine can run and train models with.
import type { Command } from 'commander';
import { availableEngines, type EngineReport } from '../engines/available';
import { makeOutput, type Output, table } from './output';

interface Flags {
  readonly json?: boolean;
}

export function registerEngines(program: Command): void {
  program
    .command('engines')
    .description(
      'What this machine can run and train models with: versions, threads, devices, and why something is missing.',
    )
    .option('--json', 'print one JSON document and nothing else')
    .action(async (flags: Flags) => engines(makeOutput(flags.json === true)));
}

async function engines(output: Output): Promise<void> {
  const reports = await availableEngines();
  const rows = reports.map(({ engine, backend, available, version = '', library, threads, device = '' }) => [
    engine,
    backend,
    available ? 'yes' : 'no',
    library ? `${version} (${library})` : version,
    threads === undefined ? '' : String(threads),
    device,
  ]);
  const notes = reports.map((report) => `${nameOf(report)}: ${report.description}.`);
  output.result(
    { engines: reports, node: process.version },
    `${table(['engine', 'backend', 'here', 'version', 'threads', 'device'], rows)}\n\n${notes.join('\n')}\n\nNode ${process.version}`,
  );
}

function nameOf({ engine, backend }: EngineReport): string {
  return `${engine} (${backend})`;
}
