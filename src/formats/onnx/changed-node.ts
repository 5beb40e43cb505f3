// A node of the file brought up to date: its inputs, outputs and attributes as the changed graph has them.
import type { Attribute, Graph, Node, Shape } from '../../model/graph';
import { integers, type Tensor } from '../../model/tensor';
import { nameOf, setAttribute } from './attributes';
import type { NodeRecord } from './import-graph';
import { NodeField } from './messages';
import { attributeInstead } from './normalise/older';
import { BYTES, type Message } from './wire';

/** What a node is compared by. */
export interface NodeChanges {
  readonly before: GraphState;
  readonly after: GraphState;
  readonly opset: number;
  /** Whether a name is that of a layer's own copy of a vector that several share in the file. */
  isApart(name: string): boolean;
}

export interface GraphState {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly constants: Graph['constants'];
}

export interface ChangedNode {
  readonly message: Message;
  /** Constants that it reads and the file has not. */
  readonly constants: ReadonlyMap<string, Tensor>;
}

/** Undefined where the node is gone. */
export function changedNode(file: Message, record: NodeRecord, changes: NodeChanges): ChangedNode | undefined {
  const present = record.nodes.filter(({ name }) => changes.after.nodes.has(name));
  if (present.length === 0) return undefined;
  if (present.length < record.nodes.length) {
    throw new Error(`part of ${file.text(NodeField.opType)} "${file.text(NodeField.name)}" is gone`);
  }
  return new NodeUpdate(file, record, changes).apply();
}

class NodeUpdate {
  readonly #constants = new Map<string, Tensor>();
  /** What stands for the node in the graph, before and after. */
  readonly #pairs: readonly (readonly [Node, Node])[];

  constructor(
    private readonly file: Message,
    private readonly record: NodeRecord,
    private readonly changes: NodeChanges,
  ) {
    const { before, after } = changes;
    this.#pairs = record.nodes.flatMap(({ name }) => {
      const [own, now] = [before.nodes.get(name), after.nodes.get(name)];
      return own && now ? [[own, now] as const] : [];
    });
  }

  apply(): ChangedNode {
    const { renamed, added } = this.#inputChanges();
    const last = this.#pairs.at(-1);
    const written = last ? withOutputs(withoutZeros(this.file, this.record, last), last) : this.file;
    const read = this.#withAdded(this.#withInputs(written, renamed), added);
    return { message: this.#withDerived(this.#withAttributes(read)), constants: this.#constants };
  }

  #inputChanges(): { renamed: Map<string, string>; added: Map<number, string> } {
    const renamed = new Map<string, string>();
    const added = new Map<number, string>();
    for (const imported of this.record.nodes) {
      const [before, after] = this.#pairs.find(([{ name }]) => name === imported.name) ?? [];
      after?.inputs.forEach((name, i) => {
        if (name === '' || (name === before?.inputs[i] && !this.changes.isApart(name))) return;
        if (imported.inputs[i]) renamed.set(imported.inputs[i], name);
        else added.set(i, name);
      });
    }
    return { renamed, added };
  }

  #withInputs(file: Message, renamed: ReadonlyMap<string, string>): Message {
    const { before, after } = this.changes;
    let result = file;
    const inputs = file.texts(NodeField.input);
    for (const [from, to] of renamed) {
      const attribute = this.record.moved.get(from);
      const constant = after.constants.get(to);
      if (attribute !== undefined && constant !== undefined) {
        const numbers = integers(constant);
        result = setAttribute(result, attribute, constant.shape.length === 0 ? (numbers[0] ?? 0) : numbers);
        continue;
      }
      if (constant !== undefined && !before.constants.has(to)) this.#constants.set(to, constant);
      this.record.inputs.forEach((name, i) => {
        if (name === from) inputs[i] = to;
      });
      result = withNames(result, NodeField.input, inputs);
    }
    return result;
  }

  /** Inputs that the file's node had left out: the sizes of a Split into equal parts. */
  #withAdded(file: Message, added: ReadonlyMap<number, string>): Message {
    const inputs = file.texts(NodeField.input);
    let result = file;
    for (const [place, name] of added) {
      const constant = this.changes.after.constants.get(name);
      const attribute = attributeInstead(file.text(NodeField.opType), place, this.changes.opset);
      if (attribute !== undefined && constant !== undefined) {
        result = setAttribute(result, attribute, integers(constant));
        continue;
      }
      if (constant !== undefined) this.#constants.set(name, constant);
      while (inputs.length < place) inputs.push('');
      inputs[place] = name;
      result = withNames(result, NodeField.input, inputs);
    }
    return result;
  }

  #withAttributes(file: Message): Message {
    const [pair, ...others] = this.#pairs;
    if (pair === undefined) return file;
    if (others.length > 0) return this.#pairs.reduce(withSharedAttributes, file);
    const [before, after] = pair;
    if (before === after) return file;
    const gone = Object.keys(before.attributes).filter((name) => after.attributes[name] === undefined);
    const kept = file.messages(NodeField.attribute).filter((attribute) => !gone.includes(nameOf(attribute)));
    const trimmed = gone.length === 0 ? file : file.with(NodeField.attribute, BYTES, kept);
    return Object.entries(after.attributes).reduce((message, [name, value]) => {
      return same(before.attributes[name], value) || !isNumeric(value) ? message : setAttribute(message, name, value);
    }, trimmed);
  }

  /** Attributes that say a size, or that the file leaves to be worked out from one. */
  #withDerived(file: Message): Message {
    const { inputs, follows, keeps } = this.record;
    const [before, after] = [this.changes.before.shapes, this.changes.after.shapes];
    const sized = [...(follows ?? [])].reduce((message, [attribute, { value, axis }]) => {
      const [own, now] = [before.get(value)?.[axis], after.get(value)?.[axis]];
      return typeof now === 'number' && own !== now ? setAttribute(message, attribute, now) : message;
    }, file);
    const resized = inputs.some((name) => before.get(name)?.some((size, axis) => size !== after.get(name)?.[axis]));
    if (!resized) return sized;
    return [...(keeps ?? [])].reduce((message, [attribute, value]) => setAttribute(message, attribute, value), sized);
  }
}

function withOutputs(file: Message, [before, after]: readonly [Node, Node]): Message {
  const outputs = file.texts(NodeField.output);
  const made = outputs.map((name, i) => (before.outputs[i] === after.outputs[i] ? name : (after.outputs[i] ?? name)));
  return made.every((name, i) => name === outputs[i]) ? file : withNames(file, NodeField.output, made);
}

/** Initial states of zeros, which the graph leaves out: once its width changed, those of the file no longer fit. */
function withoutZeros(file: Message, { inputs, nodes }: NodeRecord, [before, after]: readonly [Node, Node]): Message {
  const imported = nodes.at(-1);
  if (before.attributes.hidden_size === after.attributes.hidden_size || imported === undefined) return file;
  const kept = file.texts(NodeField.input).map((name, i) => (inputs[i] && !imported.inputs[i] ? '' : name));
  return withNames(file, NodeField.input, kept.slice(0, kept.findLastIndex((name) => name !== '') + 1));
}

/** What a part of the file's node has changed of an attribute that the whole has too: the groups of a fused convolution. */
function withSharedAttributes(file: Message, [before, after]: readonly [Node, Node]): Message {
  const named = new Set(file.messages(NodeField.attribute).map(nameOf));
  return Object.entries(after.attributes).reduce((message, [name, value]) => {
    const changed = named.has(name) && !same(before.attributes[name], value) && isNumeric(value);
    return changed ? setAttribute(message, name, value) : message;
  }, file);
}

function withNames(file: Message, field: number, names: readonly string[]): Message {
  return file.with(
    field,
    BYTES,
    names.map((name) => Buffer.from(name)),
  );
}

function isNumeric(value: Attribute): value is number | readonly number[] {
  return typeof value === 'number' || (Array.isArray(value) && value.every((item) => typeof item === 'number'));
}

function same(a: Attribute | undefined, b: Attribute | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => item === b[i]);
  return a === b;
}
