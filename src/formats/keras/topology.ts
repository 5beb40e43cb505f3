// Keras' model config (Sequential or functional) as a list of entries, and back.
import { UserError } from '../../errors';
import { type Config, isRecord, show } from './config';

/** One layer of the config. */
export interface Entry {
  readonly name: string;
  readonly className: string;
  readonly config: Config;
  /** Names of the layers it reads from; none for an input. */
  readonly inbound: readonly string[];
  /** Names of the config's layers it stands for: itself, or the three of a Maxout. */
  readonly members: readonly string[];
}

export interface Topology {
  readonly name: string;
  readonly sequential: boolean;
  readonly entries: readonly Entry[];
  readonly outputs: readonly string[];
}

/** More layers than any real network has; a larger list is made to exhaust memory. */
const MAX_LAYERS = 20_000;

/** @param json {class_name, config}, untrusted. */
export function readTopology(json: unknown): Topology {
  if (!isRecord(json) || typeof json.class_name !== 'string') {
    throw new UserError('the model config has no class_name: this is not a Keras or TF.js layers model');
  }
  const { class_name: className, config } = json;
  if (className !== 'Sequential' && className !== 'Functional' && className !== 'Model') {
    throw new UserError(
      `the model's class "${className}" is not known: only Sequential and functional models can be read`,
    );
  }
  const layers = Array.isArray(config) ? config : isRecord(config) ? config.layers : undefined;
  if (!Array.isArray(layers) || layers.length === 0) throw new UserError('the model config lists no layers');
  if (layers.length > MAX_LAYERS)
    throw new UserError(`the model config lists ${layers.length} layers, more than ${MAX_LAYERS}`);
  const sequential = className === 'Sequential';
  const raw = layers.map((layer, i) => rawEntry(layer, i));
  const entries = sequential
    ? raw.map(({ entry }, i) => ({ ...entry, inbound: i === 0 ? [] : [raw[i - 1]?.entry.name ?? ''] }))
    : raw.map(({ entry, json: layer }) => ({ ...entry, inbound: inboundOf(entry.name, layer.inbound_nodes) }));
  checkNames(entries);
  const name = isRecord(config) && typeof config.name === 'string' ? config.name : 'model';
  const outputs = sequential ? [entries.at(-1)?.name ?? ''] : outputsOf(config as Config);
  return { name, sequential, entries: sequential ? entries : inOrder(entries), outputs };
}

function rawEntry(layer: unknown, index: number): { entry: Entry; json: Config } {
  if (!isRecord(layer) || typeof layer.class_name !== 'string' || !isRecord(layer.config)) {
    throw new UserError(`layer ${index + 1} of the model config is not {class_name, config}: ${show(layer)}`);
  }
  const name = layer.config.name ?? layer.name;
  if (typeof name !== 'string' || name === '')
    throw new UserError(`layer ${index + 1} of the model config has no name`);
  return {
    entry: { name, className: layer.class_name, config: layer.config, inbound: [], members: [name] },
    json: layer,
  };
}

/** [[[name, node, tensor, {}], …]]: one call of the layer, whose arguments are the listed tensors. */
function inboundOf(name: string, nodes: unknown): string[] {
  if (nodes === undefined || (Array.isArray(nodes) && nodes.length === 0)) return [];
  if (!Array.isArray(nodes)) throw new UserError(`layer "${name}": inbound_nodes is not a list`);
  if (nodes.length > 1)
    throw new UserError(`layer "${name}" is used ${nodes.length} times; shared layers are not known yet`);
  const [call] = nodes;
  if (!Array.isArray(call))
    throw new UserError(`layer "${name}": inbound_nodes holds ${show(call)}, not a list of tensors`);
  return call.map((tensor) => {
    if (!Array.isArray(tensor) || typeof tensor[0] !== 'string') {
      throw new UserError(`layer "${name}": inbound_nodes holds ${show(tensor)}, not [name, node, tensor]`);
    }
    return tensor[0];
  });
}

function outputsOf(config: Config): string[] {
  const { output_layers: outputs } = config;
  if (!Array.isArray(outputs) || outputs.length === 0) throw new UserError('the model config has no output_layers');
  const tensors = typeof outputs[0] === 'string' ? [outputs] : outputs;
  return tensors.map((tensor) => {
    if (!Array.isArray(tensor) || typeof tensor[0] !== 'string')
      throw new UserError(`output_layers holds ${show(tensor)}`);
    return tensor[0];
  });
}

function checkNames(entries: readonly Entry[]): void {
  const names = new Set<string>();
  for (const { name } of entries) {
    if (names.has(name)) throw new UserError(`two layers are called "${name}"`);
    names.add(name);
  }
  for (const { name, inbound } of entries) {
    const missing = inbound.find((source) => !names.has(source));
    if (missing !== undefined)
      throw new UserError(`layer "${name}" reads from "${missing}", which is not in the model`);
  }
}

/** Every entry after those it reads from: in the order listed, but that what an entry waits for comes before it. */
function inOrder(entries: readonly Entry[]): Entry[] {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const placed = new Set<Entry>();
  const waiting = new Set<Entry>();
  for (const listed of entries) {
    const stack = placed.has(listed) ? [] : [{ entry: listed, next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      waiting.add(top.entry);
      const name = top.entry.inbound[top.next++];
      if (name === undefined) {
        placed.add(top.entry);
        waiting.delete(top.entry);
        stack.pop();
        continue;
      }
      const source = byName.get(name);
      if (source === undefined || placed.has(source)) continue;
      if (waiting.has(source)) throw circle([...waiting], source);
      stack.push({ entry: source, next: 0 });
    }
  }
  return [...placed];
}

/** @param waiting entries that wait each for the next, the last one for `first`. */
function circle(waiting: readonly Entry[], first: Entry): UserError {
  const names = waiting.slice(waiting.indexOf(first)).map(({ name }) => `"${name}"`);
  const shown = names.length > 4 ? [...names.slice(0, 4), '…'] : names;
  return new UserError(`the layers ${shown.join(', ')} read from each other in a circle`);
}
