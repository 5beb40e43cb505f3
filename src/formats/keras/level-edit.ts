// Changes the list of layers of one model's config: entries taken out or put in, and who reads what.
import type { Shape } from '../../model/graph';
import { isRecord } from './config';
import { layerName } from './layer-name';
import type { Entry } from './topology';

export interface JsonLayer {
  class_name: string;
  name?: string;
  config: Record<string, unknown>;
  inbound_nodes?: unknown[];
  build_config?: unknown;
  [field: string]: unknown;
}

export class LevelEdit {
  constructor(
    public layers: JsonLayer[],
    private readonly sequential: boolean,
    private readonly config: Record<string, unknown>,
  ) {}

  nameOf(layer: JsonLayer): string {
    const index = this.layers.indexOf(layer);
    return String(layerName(layer) ?? `model_${index + 1}`);
  }

  find(name: string): JsonLayer {
    const layer = this.layers.find((candidate) => this.nameOf(candidate) === name);
    if (layer === undefined) throw new Error(`no layer "${name}" in the config`);
    return layer;
  }

  /** Takes an entry out; what read from it reads from what it read. */
  remove(entry: Entry): void {
    this.layers = this.layers.filter((layer) => !entry.members.includes(this.nameOf(layer)));
    this.#rewire(entry.members.at(-1) ?? '', entry.calls[0]?.inputs[0]?.layer ?? '');
  }

  /**
   * Puts entries, a chain, behind another; what read from that one reads from the last of them.
   * @param shapes of what each of them reads, and of what the last one makes.
   */
  insertAfter(source: Entry, chain: readonly Entry[], shapes: readonly Shape[]): void {
    const before = source.members.at(-1) ?? source.name;
    const last = chain.at(-1)?.name ?? '';
    this.#rewire(before, last, stated(shapes.at(-1) ?? []));
    const added = chain.map((entry, i): JsonLayer => {
      const reads = i === 0 ? before : (chain[i - 1]?.name ?? '');
      const own = { class_name: entry.className, config: { ...entry.config } };
      const layer: JsonLayer = this.#namesModules() ? { module: 'keras.layers', ...own, registered_name: null } : own;
      if (this.sequential) return layer;
      return { ...layer, name: entry.name, inbound_nodes: [this.#reading(reads, stated(shapes[i] ?? []))] };
    });
    const position = this.layers.findIndex((layer) => this.nameOf(layer) === before);
    this.layers = [...this.layers.slice(0, position + 1), ...added, ...this.layers.slice(position + 1)];
  }

  /**
   * Keras 3 writes the shape of every tensor beside its history.
   * @param change the shape by layer, index of the output and what was stated.
   */
  changeTensorShapes(change: (layer: string, output: number, stated: unknown) => unknown): void {
    for (const layer of this.layers) {
      visitTensors(layer.inbound_nodes, ({ history, config }) => {
        config.shape = change(String(history[0]), Number(history[2]), config.shape);
      });
    }
  }

  #namesModules(): boolean {
    return this.layers.some(({ module }) => module !== undefined);
  }

  /** A call with one tensor, in the way the other layers of the file have theirs. */
  #reading(name: string, shape: unknown): unknown {
    const kerasThree = this.layers.some(({ inbound_nodes: nodes }) => isRecord(nodes?.[0]));
    if (!kerasThree) return [[name, 0, 0, {}]];
    const config = { shape, dtype: 'float32', keras_history: [name, 0, 0] };
    return { args: [{ class_name: '__keras_tensor__', config }], kwargs: {} };
  }

  #rewire(from: string, to: string, shape?: unknown): void {
    if (this.sequential) return;
    for (const layer of this.layers) {
      visitTensors(layer.inbound_nodes, ({ history, config }) => {
        if (shape !== undefined && history[0] === from) config.shape = shape;
      });
      if (layer.inbound_nodes) layer.inbound_nodes = renamed(layer.inbound_nodes, from, to) as unknown[];
    }
    this.config.output_layers = renamed(this.config.output_layers, from, to);
  }
}

/** A shape as JSON: the batch, and whatever else is known only when the model runs, is null. */
function stated(shape: Shape): (number | null)[] {
  return shape.map((size) => (typeof size === 'number' ? size : null));
}

/** References to a layer's tensors, [name, call, output, …], with another name. */
function renamed(value: unknown, from: string, to: string): unknown {
  if (Array.isArray(value)) {
    const reference = value[0] === from && typeof value[1] === 'number';
    return reference ? [to, ...value.slice(1)] : value.map((part) => renamed(part, from, to));
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, renamed(part, from, to)]));
}

function visitTensors(
  value: unknown,
  visit: (tensor: { history: readonly unknown[]; config: Record<string, unknown> }) => void,
): void {
  if (Array.isArray(value)) for (const part of value) visitTensors(part, visit);
  if (!isRecord(value)) return;
  const { config } = value;
  if (value.class_name === '__keras_tensor__' && isRecord(config) && Array.isArray(config.keras_history)) {
    visit({ history: config.keras_history, config });
  } else for (const part of Object.values(value)) visitTensors(part, visit);
}
