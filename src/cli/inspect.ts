// neuron-pruner inspect: what every layer of a model is and costs, and whether it can be pruned.
import type { Command } from 'commander';
import { groupsOf } from '../pruning/groups';
import { inspectModel, type LayerInspection } from '../pruning/inspect';
import type { LayerPart } from '../pruning/layer-parts';
import { openWithWarnings } from './open';
import { count, makeOutput, type Output, percent, table } from './output';

interface Flags {
  readonly json?: boolean;
}

export function registerInspect(program: Command): void {
  program
    .command('inspect')
    .description('What every layer is and costs, and whether it can be pruned or why not.')
    .argument('<model>', 'a model: .keras, .h5, .onnx, a TF.js model.json, or the folder it is in')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (path: string, flags: Flags) => inspect(path, makeOutput(flags.json === true)));
}

async function inspect(path: string, output: Output): Promise<void> {
  const { model, warnings } = await openWithWarnings(path, output);
  const inspection = inspectModel(model);
  const { parameters, macs, bytes, layers, uncounted } = inspection;
  const rows = layers.flatMap((layer) => [rowOf(layer), ...(layer.parts ?? []).map(partRow)]);
  const header = ['layer', 'type', 'output', 'parameters', 'share', 'MACs', 'channels', 'prunable'];
  const total = `${count(parameters)} parameters · ${uncounted ? 'at least ' : ''}${count(macs)} multiply-accumulates · ${count(bytes)} bytes of weights`;
  const json = { ...inspection, groups: groupsOf(model), warnings };
  output.result(json, `${table(header, rows)}\n\n${total}`);
}

function rowOf(layer: LayerInspection): string[] {
  return [
    layer.name,
    layer.type,
    layer.outputShape
      .slice(1)
      .map((size) => size ?? '?')
      .join('×'),
    count(layer.parameters),
    percent(layer.share),
    count(layer.macs),
    layer.channels === null ? '' : count(layer.channels),
    layer.channels === null ? '' : layer.parts && layer.prunable ? 'in parts' : ableText(layer),
  ];
}

/** Below the layer whose part it is. */
function partRow(part: LayerPart): string[] {
  return [`  ${part.name}`, '', '', '', '', '', count(part.channels), ableText(part)];
}

function ableText({ reason, together = 1, coupled }: Pick<LayerInspection, 'reason' | 'together' | 'coupled'>): string {
  if (reason !== undefined) return `no: ${reason}`;
  return `yes${together > 1 ? `, ${together} at a time` : ''}${coupled ? `, with ${coupled.join(', ')}` : ''}`;
}
