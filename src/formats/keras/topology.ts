// Keras' model config (Sequential or functional, of Keras 1 to 3 and TF.js) as a list of entries and their calls.
import { ModelError, UserError } from '../../errors';
import type { Shape } from '../../model/graph';
import { counted } from './call-numbers';
import { inOrder } from './call-order';
import { type Call, inboundCalls, TensorRef, tensorsOf } from './calls';
import { type Config, isRecord, show } from './config';
import { layerName } from './layer-name';
import { MAXOUT } from './layers/maxout';
import { withMade } from './made-shapes';

/** One layer of the config. */
export interface Entry {
  readonly name: string;
  readonly className: string;
  readonly config: Config;
  /** Every time it is called, with what; a layer that is called several times is shared. */
  readonly calls: readonly Call[];
  /** Names of the config's layers it stands for: itself, or the three of a Maxout. */
  readonly members: readonly string[];
  /** What Keras 3 was told when it built the layer: shapes by name. */
  readonly build?: Config;
  /** Shapes of its outputs, where the file says them: those of an opaque layer can't be told otherwise. */
  readonly made?: readonly (Shape | undefined)[];
  /** Its layers, where it is a model of its own. */
  readonly inside?: Topology;
}

export interface Topology {
  readonly name: string;
  readonly sequential: boolean;
  readonly entries: readonly Entry[];
  /** The calls of all entries, each after those it reads from. */
  readonly order: readonly { readonly entry: Entry; readonly call: number }[];
  /** Names of the input layers in the order the model takes them; none for a Sequential that begins with another layer. */
  readonly inputs: readonly string[];
  readonly outputs: readonly TensorRef[];
  /** Shape of what a Sequential reads, where its first layer does not say it. */
  readonly inputShape?: unknown;
  /** The class, where it is one of somebody's own. */
  readonly ownClass?: string;
}

/** More layers than any real network has; a larger list is made to exhaust memory. */
const MAX_LAYERS = 20_000;
/** Models within models. */
const MAX_NESTING = 20;

const MODELS: ReadonlySet<string> = new Set(['Sequential', 'Functional', 'Model']);

/** @param json {class_name, config}, untrusted. */
export function readTopology(json: unknown): Topology {
  if (!isRecord(json) || typeof json.class_name !== 'string') {
    throw new UserError('the model config has no class_name: this is not a Keras or TF.js layers model');
  }
  if (!MODELS.has(json.class_name) && !isFunctional(json.config)) {
    throw new UserError(
      `the model's class ${show(json.class_name)} is not known, and the file does not say its layers: only Sequential and functional models can be read`,
    );
  }
  return modelTopology(json.class_name, json.config, json.build_config, { left: MAX_LAYERS, depth: 0 });
}

/** The model that a layer wraps; undefined where it wraps a layer of another class. */
export function wrappedTopology(json: unknown): Topology | undefined {
  return isRecord(json) && typeof json.class_name === 'string' && isModel(json.class_name, json.config)
    ? readTopology(json)
    : undefined;
}

/** A subclassed model has a config of its own making, without layers. */
function isModel(className: string, config: unknown): boolean {
  if (isFunctional(config)) return true;
  return MODELS.has(className) && (Array.isArray(config) || (isRecord(config) && Array.isArray(config.layers)));
}

/** A class of somebody's own that is made of inputs and outputs (to train it in another way, say) is saved with its layers. */
function isFunctional(config: unknown): boolean {
  return isRecord(config) && [config.layers, config.input_layers, config.output_layers].every((own) => own != null);
}

function modelTopology(
  className: string,
  config: unknown,
  build: unknown,
  budget: { left: number; depth: number },
): Topology {
  const layers = Array.isArray(config) ? config : isRecord(config) ? config.layers : undefined;
  if (!Array.isArray(layers) || layers.length === 0) throw new UserError('the model config lists no layers');
  budget.left -= layers.length;
  if (budget.left < 0) throw new UserError(`the model config lists ${layers.length} layers, more than ${MAX_LAYERS}`);
  if (budget.depth >= MAX_NESTING) throw new UserError(`models lie in models, more than ${MAX_NESTING} deep`);
  const inner = { ...budget, depth: budget.depth + 1 };
  const sequential = className === 'Sequential';
  const raw = layers.map((layer, i) => rawEntry(layer, i, inner));
  budget.left = inner.left;
  const entries = sequential ? chained(raw) : raw.map(({ entry, inbound }) => withCalls(entry, inbound));
  checkNames(entries);
  const outputs = sequential ? [new TensorRef(entries.at(-1)?.name ?? '', 0, 0)] : tensorsIn(config, 'output_layers');
  const settled = sequential ? { entries, outputs } : counted(entries, outputs);
  checkReferences(settled.entries, settled.outputs);
  const stated = withMade(settled.entries, settled.outputs, sequential);
  const name = isRecord(config) && typeof config.name === 'string' ? config.name : 'model';
  return {
    name,
    sequential,
    entries: stated,
    order: inOrder(stated),
    inputs: inputsOf(stated, sequential ? undefined : config),
    outputs: settled.outputs,
    ...(sequential && { inputShape: builtShape(config, build) }),
    ...(!MODELS.has(className) && { ownClass: className }),
  };
}

interface RawEntry {
  readonly entry: Entry;
  readonly inbound: unknown;
}

function rawEntry(layer: unknown, index: number, budget: { left: number; depth: number }): RawEntry {
  // Keras 1 wrote a Sequential's nested Sequential without a name of its own.
  if (
    !isRecord(layer) ||
    typeof layer.class_name !== 'string' ||
    !(isRecord(layer.config) || Array.isArray(layer.config))
  ) {
    throw new UserError(`layer ${index + 1} of the model config is not {class_name, config}: ${show(layer)}`);
  }
  const { class_name: className, config, build_config: build } = layer;
  const name = layerName(layer) ?? (Array.isArray(config) ? `model_${index + 1}` : undefined);
  if (typeof name !== 'string' || name === '')
    throw new UserError(`layer ${index + 1} of the model config has no name`);
  const entry: Entry = {
    name,
    className: qualified(className, layer),
    config: isRecord(config) ? config : {},
    calls: [],
    members: [name],
    ...(isRecord(build) && { build }),
    ...(isModel(className, config) &&
      (isFunctional(config) || !isCustom(layer)) && { inside: modelTopology(className, config, build, budget) }),
  };
  return { entry, inbound: layer.inbound_nodes };
}

/**
 * Keras 3 says where a class comes from. An operation of its own (x + y) is called like the layer that does the same,
 * and a person's own class may be called like any of Keras'.
 */
function qualified(className: string, layer: Record<string, unknown>): string {
  if (typeof layer.module === 'string' && /(^|\.)ops(\.|$)/.test(layer.module)) return `ops.${className}`;
  if (isBareOperation(layer)) return `ops.${className}`;
  return isCustom(layer) ? `custom ${className}` : className;
}

/**
 * In HDF5 files Keras 3 leaves the module out. Every layer says whether it is trainable, an operation does not; layers of
 * dropout don't either, but are told whether they train.
 */
function isBareOperation({
  class_name: className,
  module,
  config,
  inbound_nodes: nodes,
}: Record<string, unknown>): boolean {
  const [call] = Array.isArray(nodes) ? nodes : [];
  const trains = isRecord(call) && isRecord(call.kwargs) && 'training' in call.kwargs;
  return (
    isRecord(call) &&
    !trains &&
    module === undefined &&
    isRecord(config) &&
    config.trainable === undefined &&
    className !== 'InputLayer'
  );
}

function isCustom({ class_name: className, module, registered_name: registered }: Record<string, unknown>): boolean {
  // Keras has none: by that name we know the three layers that stand for one.
  if (className === MAXOUT) return true;
  if (typeof registered === 'string' && registered.includes('>') && !registered.startsWith('keras')) return true;
  return typeof module === 'string' && !/^(keras|tf_keras|tensorflow)(\.|$)/.test(module);
}

/** Every layer of a Sequential reads what the one before it makes. */
function chained(raw: readonly RawEntry[]): Entry[] {
  return raw.map(({ entry }, i) => {
    const before = raw[i - 1]?.entry.name;
    const inputs = before === undefined ? [] : [new TensorRef(before, 0, 0)];
    return { ...entry, calls: [{ args: inputs, kwargs: {}, inputs }] };
  });
}

function withCalls(entry: Entry, inbound: unknown): Entry {
  const calls = inboundCalls(entry.name, inbound);
  // An input layer, or a Sequential's first layer, is called by nobody.
  return { ...entry, calls: calls.length === 0 ? [{ args: [], kwargs: {}, inputs: [] }] : calls };
}

function tensorsIn(config: unknown, field: string): TensorRef[] {
  const value = isRecord(config) ? config[field] : undefined;
  const wrong = (): UserError =>
    new UserError(value === undefined ? `the model config has no ${field}` : `${field} holds ${show(value)}`);
  if (value === undefined) throw wrong();
  const tensors = tensorsOf(value);
  if (tensors === undefined || tensors.length === 0) throw wrong();
  return tensors;
}

function inputsOf(entries: readonly Entry[], config: unknown): string[] {
  const listed = isRecord(config) && config.input_layers !== undefined ? (tensorsOf(config.input_layers) ?? []) : [];
  const known = entries.filter(({ className }) => className === 'InputLayer').map(({ name }) => name);
  const named = listed.map(({ layer }) => layer).filter((name) => known.includes(name));
  return [...new Set([...named, ...known])];
}

function builtShape(config: unknown, build: unknown): unknown {
  const own = isRecord(config) ? config.build_input_shape : undefined;
  return own ?? (isRecord(build) ? build.input_shape : undefined);
}

function checkNames(entries: readonly Entry[]): void {
  const names = new Set<string>();
  for (const { name } of entries) {
    if (names.has(name)) throw new ModelError(`two layers are called "${name}"`, { layer: name });
    names.add(name);
  }
}

function checkReferences(entries: readonly Entry[], outputs: readonly TensorRef[]): void {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const missing = ({ layer, call }: TensorRef): boolean => (byName.get(layer)?.calls.length ?? 0) <= call;
  for (const { name, calls } of entries) {
    const lost = calls.flatMap(({ inputs }) => inputs).find(missing);
    if (lost === undefined) continue;
    throw byName.has(lost.layer)
      ? new ModelError(
          `layer "${name}" reads call ${lost.call + 1} of layer "${lost.layer}", which is called less often`,
          { layer: name },
        )
      : new ModelError(`layer "${name}" reads from "${lost.layer}", which is not in the model`, { layer: name });
  }
  const lost = outputs.find(missing);
  if (lost !== undefined) throw new UserError(`the model's output layer "${lost.layer}" is not in the model`);
}
