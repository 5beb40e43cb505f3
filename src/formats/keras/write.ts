// Brings a Keras config up to date with a changed model: new widths, Maxout layers added or folded away. All else stays.

import { fixed } from '../../model/graph';
import type { Layer, Model } from '../../model/model';
import { outputShape } from '../../model/model';
import { inferShapes } from '../../ops/infer';
import type { LayerWidths } from './family';
import { FAMILIES } from './layers/index';
import { findMaxout, MAXOUT, maxoutEntries } from './layers/maxout';
import { type Entry, readTopology } from './topology';

interface JsonLayer {
  class_name: string;
  name?: string;
  config: Record<string, unknown>;
  inbound_nodes?: unknown[];
}

/** @param json {class_name, config} as it was read; not changed. */
export function writeTopology(json: unknown, model: Model): unknown {
  const result = structuredClone(json) as { config: unknown };
  const topology = readTopology(json);
  const config = result.config as { layers: JsonLayer[] } & Record<string, unknown>;
  const list = Array.isArray(result.config) ? result.config : config.layers;
  const edit = new TopologyEdit(list, topology.sequential, config);
  const shapes = inferShapes(model.graph);
  const present = new Map(model.layers.map((layer) => [layer.name, layer]));
  const known = findMaxout(topology);
  for (const entry of known) {
    const layer = present.get(entry.name);
    if (layer === undefined) edit.remove(entry);
    else edit.resize(entry, layer, { output: outputShape(layer, shapes), ...neuronsOf(layer) });
  }
  for (const layer of model.layers) {
    if (known.some((entry) => entry.name === layer.name)) continue;
    const before = model.layers.find((other) => other.output === layer.inputs[0]);
    const source = known.find((entry) => entry.name === before?.name);
    if (layer.type !== MAXOUT || source === undefined)
      throw new Error(`layer "${layer.name}" is not in the model's file`);
    const { neurons = 1 } = neuronsOf(layer);
    edit.insertAfter(source, maxoutEntries(layer.name, outputShape(layer, shapes), neurons));
  }
  if (Array.isArray(result.config)) result.config = edit.layers;
  else config.layers = edit.layers;
  return result;

  function neuronsOf(layer: Layer): { neurons?: number } {
    if (layer.type !== MAXOUT) return {};
    const grouped = model.graph.nodes.find((node) => node.layer === layer.name && node.type === 'Reshape');
    return { neurons: fixed(shapes.get(grouped?.outputs[0] ?? '') ?? [], 2, layer.name) };
  }
}

class TopologyEdit {
  constructor(
    public layers: JsonLayer[],
    private readonly sequential: boolean,
    private readonly config: Record<string, unknown>,
  ) {}

  resize(entry: Entry, layer: Layer, widths: LayerWidths): void {
    if (entry.className === MAXOUT) {
      maxoutEntries(entry.name, widths.output, widths.neurons ?? 1).forEach(({ config }, i) => {
        const own = this.#find(entry.members[i] ?? '').config;
        for (const field of ['target_shape', 'pool_size', 'strides']) {
          if (config[field] !== undefined) own[field] = config[field];
        }
      });
      return;
    }
    const own = this.#find(entry.name);
    own.config = { ...(FAMILIES.get(layer.type)?.resize?.(own.config, widths) ?? own.config) };
  }

  /** Takes an entry out; what read from it reads from what it read. */
  remove(entry: Entry): void {
    this.layers = this.layers.filter((layer) => !entry.members.includes(nameOf(layer)));
    this.#rewire(entry.members.at(-1) ?? '', entry.inbound[0] ?? '');
  }

  /** Puts entries, a chain, behind another; what read from that one reads from the last of them. */
  insertAfter(source: Entry, chain: readonly Entry[]): void {
    const before = source.members.at(-1) ?? source.name;
    const last = chain.at(-1)?.name ?? '';
    this.#rewire(before, last);
    const added = chain.map((entry, i): JsonLayer => {
      const reads = i === 0 ? before : (chain[i - 1]?.name ?? '');
      const layer: JsonLayer = { class_name: entry.className, config: { ...entry.config } };
      return this.sequential ? layer : { ...layer, name: entry.name, inbound_nodes: [[[reads, 0, 0, {}]]] };
    });
    const position = this.layers.findIndex((layer) => nameOf(layer) === before);
    this.layers = [...this.layers.slice(0, position + 1), ...added, ...this.layers.slice(position + 1)];
  }

  #find(name: string): JsonLayer {
    const layer = this.layers.find((candidate) => nameOf(candidate) === name);
    if (layer === undefined) throw new Error(`no layer "${name}" in the config`);
    return layer;
  }

  #rewire(from: string, to: string): void {
    if (this.sequential) return;
    const renamed = (tensors: unknown): unknown =>
      Array.isArray(tensors) ? (tensors[0] === from ? [to, ...tensors.slice(1)] : tensors.map(renamed)) : tensors;
    for (const layer of this.layers) {
      if (layer.inbound_nodes) layer.inbound_nodes = renamed(layer.inbound_nodes) as unknown[];
    }
    this.config.output_layers = renamed(this.config.output_layers);
  }
}

function nameOf(layer: JsonLayer): string {
  return String(layer.config.name ?? layer.name);
}
