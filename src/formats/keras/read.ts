// A Keras topology and its weights as a graph and its layers.
import { ModelError, messageOf, UserError } from '../../errors';
import { BATCH, type Graph, type Shape } from '../../model/graph';
import type { Layer } from '../../model/model';
import { elementCount } from '../../model/tensor';
import { GraphBuilder } from '../../ops/builder';
import { NodeError } from '../../ops/node-error';
import { MAX_VALUES } from '../../ops/sample-size';
import { type Activation, fromLast, lastOf, outputOf } from './activation';
import { type Call, TensorRef, tensorsWithin } from './calls';
import { isRecord, LayerConfig, show, UnknownLayer } from './config';
import type { Dialect } from './dialect';
import { encodedShape } from './encoded-shape';
import type { LayerContext } from './family';
import { withPresentNames } from './former-names';
import { guessedShape, type Level } from './guessed-shape';
import { inputShape } from './input-shape';
import { FAMILIES } from './layers/index';
import { withMaxout } from './layers/maxout';
import { maskBehind } from './mask-passing';
import { addOpaque } from './opaque';
import { type Reading, ReadWeights } from './read-weights';
import { mainInputs, type Run } from './run';
import { type Entry, type Topology, wrappedTopology } from './topology';
import { VOCABULARY, withVocabulary } from './vocabulary';
import type { Part, WeightStore } from './weight-store';

export interface KerasGraph {
  readonly graph: Graph;
  readonly layers: Layer[];
  /** How each layer was read, by its full name; what is needed to write its config back. */
  readonly read: ReadonlyMap<string, ReadLayer>;
  readonly warnings: readonly string[];
}

export interface ReadLayer {
  readonly entry: Entry;
  /** Values of its first call. */
  readonly inputs: readonly PlacedValue[];
  readonly outputs: readonly PlacedValue[];
  /** Names in the graph of its weights, by the names the family asked for ("query/kernel"). */
  readonly weights: ReadonlyMap<string, string>;
  /** Nobody here can compute it: its config stays as it is. */
  readonly opaque: boolean;
}

/** A value of the graph, and whether it lies channels first where Keras has it channels last. */
export type PlacedValue = ReturnType<typeof outputOf>;

/** @param store the file's weights. */
export function readKeras(topology: Topology, store: WeightStore, dialect: Dialect): KerasGraph {
  const guessing = new Reader(store, dialect, true);
  try {
    return graphOf(topology, guessing);
  } catch (error) {
    // What is guessed may turn out not to fit.
    if (!guessing.guessed || !(error instanceof UserError)) throw error;
    return graphOf(topology, new Reader(store, dialect, false));
  }
}

function graphOf(topology: Topology, reader: Reader): KerasGraph {
  const outputs = reader.model(withMaxout(topology), [], undefined);
  outputs.forEach((activation, i) => {
    const last = topology.outputs[i]?.layer ?? '';
    reader.builder.layer = reader.ownerOf(last);
    reader.addOutput(activation);
  });
  const { builder, layers, read, warnings } = reader;
  return { graph: builder.build(), layers: [...layers.values()], read, warnings: [...warnings] };
}

class Reader {
  readonly builder = new GraphBuilder();
  readonly layers = new Map<string, Layer>();
  readonly read = new Map<string, ReadLayer>();
  readonly #weights: ReadWeights;

  readonly warnings = new Set<string>();
  /** Whether a shape of the graph is guessed. */
  guessed = false;

  /** @param guesses whether shapes that the file does not say may be guessed. */
  constructor(
    private readonly store: WeightStore,
    private readonly dialect: Dialect,
    private readonly guesses: boolean,
  ) {
    this.#weights = new ReadWeights(store, this.builder);
  }

  /**
   * Reads the calls of a model one after the other.
   * @param path names of the models it lies in. @param given what it is called with; the graph's inputs where undefined.
   */
  model(topology: Topology, path: readonly string[], given: readonly Activation[] | undefined): Activation[] {
    const made = new Map<string, (readonly Activation[])[]>();
    if (topology.ownClass !== undefined) {
      this.warnings.add(
        `the model "${topology.name}" is of the class ${show(topology.ownClass)}, which Neuron Pruner does not know: it is read by its layers, what the class does besides is not seen`,
      );
    }
    const inputs = this.#inputs(topology, path, given);
    const find = ({ layer, call, output }: TensorRef): Activation => {
      const activation = made.get(layer)?.[call]?.[output];
      if (activation === undefined) {
        throw new UserError(
          `output ${output + 1} of layer "${[...path, layer].join('/')}" is read, which it does not have`,
        );
      }
      return activation;
    };
    for (const { entry, call } of topology.order) {
      const own = entry.calls[call] as Call;
      const input = inputs.get(entry.name);
      const calledWith = own.inputs.length === 0 && input !== undefined ? [input] : own.inputs.map(find);
      const outputs =
        entry.className === 'InputLayer' && input !== undefined
          ? [input]
          : this.#call(entry, { topology, path }, own, calledWith, find);
      this.#note(entry, path, calledWith, outputs);
      const calls = made.get(entry.name) ?? [];
      calls[call] = outputs;
      made.set(entry.name, calls);
    }
    return topology.outputs.map(find);
  }

  /** The layer that an output of the model is of, by the name it goes by in our layers. */
  ownerOf(name: string): string {
    if (this.layers.has(name)) return name;
    for (const [full, { entry }] of this.read) if (entry.members.includes(name)) return full;
    return name;
  }

  addOutput(activation: Activation): void {
    const { builder } = this;
    const value = lastOf(builder, activation);
    const taken =
      builder.outputs.some(({ name }) => name === value) || builder.inputs.some(({ name }) => name === value);
    builder.addOutput(taken ? builder.op('Identity', [value]) : value);
  }

  /** What each input layer, or the first layer of a Sequential without one, takes. */
  #inputs(
    topology: Topology,
    path: readonly string[],
    given: readonly Activation[] | undefined,
  ): Map<string, Activation> {
    const [first] = topology.entries;
    const names = topology.inputs.length > 0 ? topology.inputs : topology.sequential && first ? [first.name] : [];
    if (given !== undefined) {
      if (given.length !== names.length) {
        throw new UserError(
          `the model "${path.join('/')}" takes ${names.length} inputs and is called with ${given.length}`,
        );
      }
      return new Map(names.map((name, i) => [name, given[i] as Activation]));
    }
    return new Map(
      names.map((name) => {
        const entry = topology.entries.find((candidate) => candidate.name === name) as Entry;
        const { builder } = this;
        builder.layer = name;
        const shape = inputShape(entry, topology);
        const value = builder.addInput({ name: `${name}:input`, type: 'float32', shape });
        return [name, fromLast(builder, value)];
      }),
    );
  }

  #call(
    entry: Entry,
    level: Level,
    call: Call,
    inputs: readonly Activation[],
    find: (ref: TensorRef) => Activation,
  ): readonly Activation[] {
    const own = [...level.path, entry.name];
    if (entry.inside !== undefined) return this.model(withMaxout(entry.inside), own, inputs);
    const full = own.join('/');
    this.builder.layer = full;
    const present = withPresentNames(entry.className, entry.config);
    const fields = withVocabulary(entry.className, present, this.store.asset?.(own, VOCABULARY));
    const config: LayerConfig = new LayerConfig(full, entry.className, fields);
    if (inputs.length === 0) config.fail('reads nothing, and is no input of the model');
    const reading = this.#weights.of(own);
    const outputs = this.#family(config, reading, {
      ...{ entry, level, call, inputs, find },
      parts: [],
      positions: new Map(),
    });
    for (const output of outputs) checkSize(config, output);
    return outputs;
  }

  #family(config: LayerConfig, reading: Reading, run: Run): readonly Activation[] {
    const family = FAMILIES.get(config.className);
    const before = this.builder.nodes.length;
    const layouts = run.inputs.map(({ last, first }) => ({ last, first }));
    try {
      if (family === undefined) config.unknown(`the class ${config.className}`);
      // A value of no axes is one number, where it is known at all.
      const blind = run.inputs.some(
        ({ shape, last = '' }) => shape.length === 0 && this.builder.knownShape(last) === undefined,
      );
      if (blind) config.unknown('an input whose shape nobody can tell');
      const mode = quantisedTo(config);
      if (mode !== undefined) config.unknown(`layers that compute in ${mode}`);
      const outputs = [family.read(this.#context(config, reading, run))].flat() as Activation[];
      return run.parts.length === 0 ? this.#masked(config, run, outputs) : outputs;
    } catch (error) {
      if (error instanceof UnknownLayer && run.parts.length === 0) {
        // What was read of it before that came out is not needed, nor is a layout made for it.
        this.builder.nodes.splice(before);
        run.inputs.forEach((value, i) => {
          Object.assign(value, layouts[i]);
        });
        return this.#opaque(config, reading, run, error);
      }
      const isOfNode = error instanceof NodeError;
      if ((error instanceof UserError && !isOfNode) || error instanceof UnknownLayer) throw error;
      throw new ModelError(
        `layer "${config.name}" (${config.className}) does not fit what it reads: ${messageOf(isOfNode ? error.cause : error)}`,
        { layer: config.name },
        { cause: error },
      );
    }
  }

  /** What a layer makes, with the mask that it hands on. */
  #masked(config: LayerConfig, { inputs }: Run, outputs: Activation[]): Activation[] {
    const [first, ...others] = outputs;
    if (first === undefined || first.mask !== undefined) return outputs;
    const mask = maskBehind(this.builder, config, inputs, this.dialect);
    return mask === undefined ? outputs : [{ ...first, mask }, ...others];
  }

  /** A layer that can't be computed here: one node of the format's own, whose channels nobody may cut. */
  #opaque(config: LayerConfig, reading: Reading, run: Run, { message }: UnknownLayer): Activation[] {
    const { builder } = this;
    const made = this.#shapesMade(config, run);
    this.warnings.add(
      `layer "${config.name}" (${config.className}) is opaque, what it touches can't be pruned: Neuron Pruner does not know ${message}`,
    );
    const weights = this.#weights.takeAll(reading);
    const inputs = [...run.inputs.map((value) => lastOf(builder, value)), ...weights];
    return addOpaque(builder, config.className, inputs, made);
  }

  /** Shapes of what an opaque layer makes: as far as the file says them, else guessed. */
  #shapesMade(config: LayerConfig, { entry, level, inputs }: Run): (Shape | undefined)[] {
    const [stated, ...others] = shapesStated(entry, config);
    const first = stated ?? encodedShape(config.className, config.fields, inputs[0]?.shape);
    if (first !== undefined || others.length > 0 || !this.guesses) return [first, ...others];
    const read = inputs[0]?.shape;
    const guess = guessedShape(level, entry, this.store, read?.length === 0 ? undefined : read);
    if (guess !== undefined) this.guessed = true;
    return [guess];
  }

  #context(config: LayerConfig, reading: Reading, run: Run): LayerContext {
    const { builder } = this;
    const { call } = run;
    const inputs = mainInputs(run);
    return {
      config,
      builder,
      inputs,
      call,
      input() {
        const [first] = inputs;
        if (first === undefined || inputs.length > 1) config.fail(`takes one input, it has ${inputs.length}`);
        return first;
      },
      argument(name, position) {
        const value = call.kwargs[name] ?? (position === undefined ? undefined : call.args[position]);
        return tensorsWithin(value).map(run.find);
      },
      dialect: this.dialect,
      weight: (name, shape, trainable = true, order) => {
        const wanted = { name, shape, trainable: trainable && config.flag('trainable', true), ...(order && { order }) };
        return this.#weights.take(config, reading, run, wanted);
      },
      stored: (name) => this.#weights.shape(reading, run, name),
      part: (part, inner = config) => this.#context(inner, reading, { ...run, parts: [...run.parts, part] }),
      partName: run.parts.map(({ name }) => (name === '' ? '' : `${name}/`)).join(''),
      warn: (note) => void this.warnings.add(`layer "${config.name}": ${note}`),
      wrapped: (part, json, given) => this.#wrapped(config, reading, run, part, json, given),
    };
  }

  #wrapped(
    config: LayerConfig,
    reading: Reading,
    run: Run,
    part: Part,
    json: unknown,
    inputs: readonly Activation[],
  ): readonly Activation[] {
    if (!isRecord(json) || typeof json.class_name !== 'string' || !isRecord(json.config)) {
      config.fail(`wraps ${show(json)}, which is no layer`);
    }
    const inside = wrappedTopology(json);
    if (inside !== undefined) return this.model(withMaxout(inside), [...reading.path, inside.name], inputs);
    const fields = withPresentNames(json.class_name, json.config);
    const inner = new LayerConfig(config.name, json.class_name, fields);
    const refs = inputs.map((_, i) => new TensorRef('', 0, i));
    const call: Call = { args: refs, kwargs: {}, inputs: refs };
    const find = ({ output }: TensorRef): Activation => inputs[output] as Activation;
    return this.#family(inner, reading, { ...run, call, inputs, find, parts: [...run.parts, part] });
  }

  /** Keeps what a layer's first call read and made. */
  #note(entry: Entry, path: readonly string[], inputs: readonly Activation[], outputs: readonly Activation[]): void {
    const full = [...path, entry.name].join('/');
    if (this.read.has(full)) return;
    const reading = this.#weights.known(full);
    const prefix = `${full}/`;
    const weights = [...(reading?.names ?? [])].map(([name, stored]): [string, string] => [
      name.slice(prefix.length),
      stored,
    ]);
    const [placedInputs, placedOutputs] = [inputs.map(outputOf), outputs.map(outputOf)];
    this.read.set(full, {
      entry,
      inputs: placedInputs,
      outputs: placedOutputs,
      weights: new Map(weights),
      opaque: reading?.opaque ?? false,
    });
    const [first] = placedOutputs;
    if (entry.inside !== undefined || first === undefined) return;
    if (this.layers.has(full)) throw new UserError(`two layers are called "${full}"`);
    this.layers.set(full, {
      name: full,
      type: entry.className,
      inputs: placedInputs.map(({ output }) => output),
      ...first,
      weights: reading?.weights ?? [],
    });
  }
}

/** What Keras 3 has quantised a layer to (int8, int4, float8): it quantises what the layer reads, too. */
function quantisedTo({ fields: { dtype } }: LayerConfig): string | undefined {
  const policy = isRecord(dtype) && isRecord(dtype.config) ? dtype.config : { name: dtype };
  if (typeof policy.mode === 'string') return policy.mode;
  const [mode, source] = typeof policy.name === 'string' ? policy.name.split('_from_') : [];
  return source === undefined ? undefined : mode;
}

/** Shapes of what a layer makes, as far as the file says them: one entry for each output that is read. */
function shapesStated(entry: Entry, config: LayerConfig): (Shape | undefined)[] {
  const stated = [config.fields.output_shape].flat();
  const own = stated.every((size) => Number.isInteger(size) && (size as number) > 0) ? stated : undefined;
  const [first, ...others] = entry.made ?? [undefined];
  return [first ?? (own && [BATCH, ...(own as number[])]), ...others];
}

function checkSize(config: LayerConfig, { shape }: Activation): void {
  const sizes = shape.slice(1).filter((size) => typeof size === 'number');
  if (elementCount(sizes) > MAX_VALUES)
    config.fail(`its output [${sizes.join(', ')}] is too large for any machine to hold`);
}
