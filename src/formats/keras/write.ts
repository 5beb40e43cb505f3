// Brings a Keras config up to date with a changed model: new widths, Maxout layers added or folded away. All else stays.

import { fixed, type Graph, type Node, nodesByLayer, type Shape } from '../../model/graph';
import type { Layer, Model } from '../../model/model';
import { outputShape } from '../../model/model';
import { integers } from '../../model/tensor';
import { inferShapes } from '../../ops/infer';
import { toLast } from './activation';
import { isRecord } from './config';
import type { Dialect } from './dialect';
import type { LayerWidths } from './family';
import { FAMILIES } from './layers/index';
import { MAXOUT, maxoutEntries, maxoutShapes } from './layers/maxout';
import { type JsonLayer, LevelEdit } from './level-edit';
import { type KerasGraph, type PlacedValue, type ReadLayer, readKeras } from './read';
import { changedBuild, changedShape, SHAPE_FIELDS } from './stated-shapes';
import { readTopology } from './topology';
import type { WeightStore } from './weight-store';

/**
 * @param json {class_name, config} as it was read.
 * @param written the same as it is written; not changed.
 * @param store the weights it was read with.
 */
export function writeTopology(
  json: unknown,
  written: unknown,
  model: Model,
  store: WeightStore,
  dialect: Dialect,
): unknown {
  const result = structuredClone(written) as JsonLayer;
  new ConfigWriter(readKeras(readTopology(json), store, dialect), model).write(result);
  return result;
}

/** The shapes of what a layer reads or makes, in Keras' layout. */
interface Shapes {
  readonly inputs: readonly Shape[];
  readonly outputs: readonly Shape[];
}

class ConfigWriter {
  readonly #before: ReadonlyMap<string, Shape>;
  readonly #after: ReadonlyMap<string, Shape>;
  readonly #present: ReadonlyMap<string, Layer>;
  readonly #maxouts: ReadonlyMap<string, string>;
  readonly #nodes: ReadonlyMap<string, readonly Node[]>;

  constructor(
    private readonly keras: KerasGraph,
    private readonly model: Model,
  ) {
    this.#before = inferShapes(keras.graph);
    this.#after = inferShapes(model.graph);
    this.#present = new Map(model.layers.map((layer) => [layer.name, layer]));
    this.#maxouts = groupedValues(model.graph);
    this.#nodes = nodesByLayer(model.graph);
  }

  write(json: JsonLayer): void {
    this.#level(json, '');
    for (const layer of this.model.layers) {
      if (!this.keras.read.has(layer.name) && !this.#added.has(layer.name)) {
        throw new Error(`layer "${layer.name}" is not in the model's file`);
      }
    }
  }

  readonly #added = new Set<string>();

  /** @param json {class_name, config} of a model; @param prefix of its layers' names. */
  #level(json: JsonLayer, prefix: string): void {
    const config = json.config as { layers: JsonLayer[] } & Record<string, unknown>;
    const list = Array.isArray(json.config) ? (json.config as JsonLayer[]) : config.layers;
    const edit = new LevelEdit(list, json.class_name === 'Sequential', config);
    for (const layer of list) this.#layer(layer, `${prefix}${edit.nameOf(layer)}`);
    edit.changeTensorShapes((name, output, stated) => {
      const shapes = this.#shapes(`${prefix}${name}`);
      return shapes ? changedShape(stated, shapes.before.outputs[output], shapes.after.outputs[output]) : stated;
    });
    for (const [full, { entry, opaque }] of this.keras.read) {
      if (entry.className === MAXOUT && !opaque && isWithin(full, prefix)) this.#maxout(edit, full);
    }
    for (const layer of this.model.layers) {
      if (!this.keras.read.has(layer.name) && isWithin(layer.name, prefix)) this.#insert(edit, layer);
    }
    if (Array.isArray(json.config)) json.config = edit.layers as never;
    else config.layers = edit.layers;
  }

  /** A layer's own config, and what Keras wrote down of the shapes it reads. */
  #layer(json: JsonLayer, full: string): void {
    const read = this.keras.read.get(full);
    if (read?.entry.inside !== undefined) this.#level(json, `${full}/`);
    const wrapped = json.config.layer;
    if (isRecord(wrapped) && isRecord(wrapped.config)) {
      const inner = `${full}/${String(wrapped.config.name)}/`;
      if ([...this.keras.read.keys()].some((name) => name.startsWith(inner)))
        this.#level(wrapped as unknown as JsonLayer, inner);
    }
    const shapes = this.#shapes(full);
    if (read === undefined || shapes === undefined) return;
    const { before, after } = shapes;
    if (read.entry.inside === undefined && read.entry.className !== MAXOUT && !read.opaque) {
      const widths: LayerWidths = {
        ...after,
        className: read.entry.className,
        before: before.inputs,
        wrapped: (className, config, own) => FAMILIES.get(className)?.resize?.(config, own) ?? config,
        output: after.outputs[0] ?? [],
        weight: (name) => this.model.graph.weights.get(read.weights.get(name) ?? '')?.shape,
        told: (operator, input) => this.#told(full, operator, input),
      };
      const family = FAMILIES.get(read.entry.className);
      if (family?.resizeCall !== undefined && Array.isArray(json.inbound_nodes)) {
        const { config } = json;
        json.inbound_nodes = json.inbound_nodes.map((call) => family.resizeCall?.(call, config, widths) ?? call);
      }
      json.config = { ...(family?.resize?.(json.config, widths) ?? json.config) };
    }
    for (const field of SHAPE_FIELDS) {
      if (json.config[field] != null)
        json.config[field] = changedShape(json.config[field], before.inputs[0], after.inputs[0]);
    }
    if (json.build_config !== undefined)
      json.build_config = changedBuild(json.build_config, before.inputs, after.inputs);
  }

  #told(full: string, operator: string, input: number): number[] | undefined {
    const node = this.#nodes.get(full)?.find(({ type }) => type === operator);
    const constant = this.model.graph.constants.get(node?.inputs[input] ?? '');
    return constant && integers(constant);
  }

  #shapes(full: string): { before: Shapes; after: Shapes } | undefined {
    const read = this.keras.read.get(full);
    if (read === undefined) return undefined;
    const of = (
      shapes: ReadonlyMap<string, Shape>,
      values: readonly PlacedValue[],
      names: readonly string[] = [],
    ): Shape[] => values.map((value, i) => shapeIn(shapes, value, names[i]));
    const { inputs, outputs } = read;
    const layer = this.#present.get(full);
    return {
      before: { inputs: of(this.#before, inputs), outputs: of(this.#before, outputs) },
      after: {
        inputs: of(this.#after, inputs, layer?.inputs),
        outputs: of(this.#after, outputs, layer && [layer.output]),
      },
    };
  }

  #maxout(edit: LevelEdit, full: string): void {
    const { entry } = this.keras.read.get(full) as ReadLayer;
    const layer = this.#present.get(full);
    if (layer === undefined) {
      edit.remove(entry);
      return;
    }
    maxoutEntries(entry.name, outputShape(layer, this.#after), this.#neurons(layer)).forEach(({ config }, i) => {
      const own = edit.find(entry.members[i] ?? '').config;
      for (const field of ['target_shape', 'pool_size', 'strides']) {
        if (config[field] !== undefined) own[field] = config[field];
      }
    });
  }

  #insert(edit: LevelEdit, layer: Layer): void {
    const before = this.model.layers.find((other) => other.output === layer.inputs[0]);
    const source = before && this.keras.read.get(before.name);
    if (layer.type !== MAXOUT || before === undefined || source === undefined)
      throw new Error(`layer "${layer.name}" is not in the model's file`);
    const name = layer.name.slice(layer.name.lastIndexOf('/') + 1);
    const made = outputShape(layer, this.#after);
    const chain = maxoutEntries(name, made, this.#neurons(layer));
    edit.insertAfter(source.entry, chain, [outputShape(before, this.#after), ...maxoutShapes(chain), made]);
    this.#added.add(layer.name);
  }

  #neurons(layer: Layer): number {
    return fixed(this.#after.get(this.#maxouts.get(layer.name) ?? '') ?? [], 2, layer.name);
  }
}

/** The values that hold the neurons of each Maxout unit by unit, by layer. */
function groupedValues({ nodes }: Graph): Map<string, string> {
  return new Map(nodes.filter(({ type }) => type === 'Reshape').map(({ layer, outputs }) => [layer, outputs[0] ?? '']));
}

function isWithin(full: string, prefix: string): boolean {
  return full.startsWith(prefix) && !full.slice(prefix.length).includes('/');
}

/** In Keras' layout. @param name the value, where it goes by another name than when the file was read. */
function shapeIn(shapes: ReadonlyMap<string, Shape>, { output, channelsFirst }: PlacedValue, name = output): Shape {
  const shape = shapes.get(name) ?? shapes.get(output) ?? [];
  return channelsFirst ? toLast(shape.length).map((axis) => shape[axis] ?? 1) : shape;
}
