// neuron-pruner measures: the ways to score channels, what each reads, and where it comes from.
import type { Command } from 'commander';
import { MEASURES } from '../pruning/relevance/index';
import type { Measure } from '../pruning/relevance/measure';
import { makeOutput, type Output, table } from './output';

interface Flags {
  readonly json?: boolean;
}

export function registerMeasures(program: Command): void {
  program
    .command('measures')
    .description('The measures that --measure names: what each scores a channel by, what it reads, and its source.')
    .option('--json', 'print one JSON document and nothing else')
    .action((flags: Flags) => measures(makeOutput(flags.json === true)));
}

function measures(output: Output): void {
  const all = [...MEASURES.values()].map(({ name, description, needs, source }) => ({
    name,
    description,
    needs,
    source,
  }));
  const rows = all.map((measure) => [measure.name, measure.needs, wantsData(measure) ? 'yes' : 'no']);
  const notes = all.map(({ name, description, source }) => `${name}: ${description}\n  Source: ${source}.`);
  output.result({ measures: all }, `${table(['measure', 'reads', 'wants data'], rows)}\n\n${notes.join('\n')}`);
}

function wantsData({ needs }: Pick<Measure, 'needs'>): boolean {
  return needs === 'activations' || needs === 'gradients';
}
