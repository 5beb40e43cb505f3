// neuron-pruner compare: two models side by side, and whether one is significantly worse.
import type { Command } from 'commander';
import { checkRuns } from '../engines/not-run';
import type { MetricName } from '../evaluation/metrics/metric';
import { gzippedBytes } from '../model/gzipped';
import type { Model } from '../model/model';
import { type Cost, costOf } from '../ops/cost';
import { scoreText } from '../report/score-text';
import { nonZero, testModels } from '../session/compare';
import { openData } from '../session/data';
import { chooseEngine } from '../training/choose-engine';
import { openWithWarnings } from './open';
import { checkedData, type DataFlags, type EngineFlags, metricOption, withData, withEngine } from './options';
import { count, makeOutput, type Output, percent, table } from './output';

interface Flags extends DataFlags, EngineFlags {
  readonly metric?: MetricName;
  readonly json?: boolean;
}

export function registerCompare(program: Command): void {
  const command = program
    .command('compare')
    .description('Two models side by side: size, accuracy, and a paired permutation test of the difference.')
    .argument('<before>', 'a model: .keras, .h5, .onnx, a TF.js model.json, or the folder it is in')
    .argument('<after>', 'another')
    .addOption(metricOption())
    .option('--json', 'print one JSON document and nothing else');
  withEngine(withData(command, false)).action(async (before: string, after: string, flags: Flags) =>
    compare(before, after, flags, makeOutput(flags.json === true)),
  );
}

async function compare(beforePath: string, afterPath: string, flags: Flags, output: Output): Promise<void> {
  const { model: before } = await openWithWarnings(beforePath, output);
  const { model: after } = await openWithWarnings(afterPath, output);
  const [costs, zeros] = await Promise.all([
    [costOf(before), costOf(after)] as const,
    Promise.all([before, after].map(nonZero)),
  ]);
  const [from, to] = costs;
  const packed = [await gzippedBytes(before.graph), await gzippedBytes(after.graph)];
  const sizes = [from, to].map(({ parameters, macs, bytes }, i) => ({
    parameters,
    nonZero: zeros[i] ?? 0,
    macs,
    bytes,
    gzipped: packed[i],
  }));
  const removed = (figure: keyof Cost): number => (from[figure] === 0 ? 0 : 1 - to[figure] / from[figure]);
  const shares = { parameters: removed('parameters'), macs: removed('macs'), bytes: removed('bytes') };
  const tested = flags.data === undefined ? undefined : await test([before, after], flags);
  for (const note of tested?.notes ?? []) output.note(`Data: ${note}.`);
  const json = {
    before: { ...sizes[0], ...(tested && { score: tested.scores[0] }) },
    after: { ...sizes[1], ...(tested && { score: tested.scores[1] }) },
    removed: shares,
    ...(tested && { metric: tested.metric }),
    pValue: tested?.pValue ?? null,
    ...(tested &&
      tested.others.length > 0 && { others: tested.others.map(({ words: _, samples: __, ...figures }) => figures) }),
  };
  const rows: string[][] = (['parameters', 'nonZero', 'macs', 'bytes', 'gzipped'] as const).flatMap((figure) => {
    const [a, b] = sizes.map((size) => size[figure]);
    return a === undefined || b === undefined ? [] : [sizeRow(figure, a, b)];
  });
  const tests = tested ? [tested, ...tested.others] : [];
  for (const { target, metric, scores } of tests) {
    const title = tests.length > 1 ? `${metric.title}, ${target}` : metric.title;
    rows.push([title, ...scores.map((score) => scoreText(metric, score)), '']);
  }
  output.result(
    json,
    [
      table(['', 'before', 'after', 'removed'], rows),
      ...(tests.length > 0 ? ['', ...tests.map(({ words }) => words)] : []),
    ].join('\n'),
  );
}

function sizeRow(figure: string, before: number, after: number): string[] {
  const name = figure === 'nonZero' ? 'non-zero' : figure;
  return [name, count(before), count(after), before === 0 ? '' : percent(1 - after / before)];
}

async function test(models: readonly [Model, Model], flags: Flags) {
  const choice = checkedData(flags, 0);
  for (const { graph } of models) checkRuns(graph);
  const data = await openData(choice, flags.seed, models[0]);
  const use = { threads: flags.threads };
  const { engine } = await chooseEngine(flags.engine ?? 'auto', models[0].graph, use);
  const { metric, seed } = flags;
  return testModels(models[0], models[1], data, engine, { seed, choice, ...(metric && { metric }) });
}
