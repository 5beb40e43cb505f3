// neuron-pruner inspect: what every layer of a model is and costs, and whether it can be pruned.
import type { Command } from 'commander';
import { costOf } from '../ops/cost';
import { analyseChannels } from '../pruning/channels';
import { layerChannels } from '../pruning/layer-channels';
import { openWithWarnings } from './open';
import { count, makeOutput, type Output, percent, table } from './output';

interface Flags {
  readonly json?: boolean;
}

export function registerInspect(program: Command): void {
  program
    .command('inspect')
    .description('What every layer is and costs, and whether it can be pruned or why not.')
    .argument('<model>', 'a TF.js model.json, or the folder it is in')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (path: string, flags: Flags) => inspect(path, makeOutput(flags.json === true)));
}

async function inspect(path: string, output: Output): Promise<void> {
  const { model, warnings } = await openWithWarnings(path, output);
  const made = new Map(layerChannels(model, analyseChannels(model.graph)).map((layer) => [layer.layer.name, layer]));
  const { parameters, macs, bytes, layers: costs } = costOf(model);
  const layers = costs.map((cost) => {
    const own = made.get(cost.name);
    const reason = own === undefined ? 'it makes no channels' : own.frozen;
    return {
      name: cost.name,
      type: cost.type,
      outputShape: [null, ...cost.outputShape.map((size) => (typeof size === 'number' ? size : null))],
      parameters: cost.parameters,
      share: parameters === 0 ? 0 : cost.parameters / parameters,
      macs: cost.macs,
      channels: own?.channels.length ?? null,
      prunable: reason === undefined,
      ...(reason !== undefined && { reason }),
      ...(own && own.coupled.length > 0 && { coupled: own.coupled }),
    };
  });
  const rows = layers.map((layer) => [
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
    layer.prunable
      ? `yes${layer.coupled ? `, with ${layer.coupled.join(', ')}` : ''}`
      : layer.channels === null
        ? ''
        : `no: ${layer.reason}`,
  ]);
  const header = ['layer', 'type', 'output', 'parameters', 'share', 'MACs', 'channels', 'prunable'];
  const total = `${count(parameters)} parameters · ${count(macs)} multiply-accumulates · ${count(bytes)} bytes of weights`;
  const json = { format: model.container.format, name: model.name, parameters, macs, bytes, layers, warnings };
  output.result(json, `${table(header, rows)}\n\n${total}`);
}
