// Seeded damage to what an ONNX file says: nodes that lack inputs or have others, absurd attributes, tensors of other
// shapes. The file stays protobuf, so that all that comes after reading it is reached.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttributeField,
  DimensionField,
  EntryField,
  GraphField,
  ModelField,
  NodeField,
  OpsetField,
  ShapeField,
  TensorField,
  TensorTypeField,
  TypeField,
  ValueInfoField,
} from '../../src/formats/onnx/messages';
import { scanModel } from '../../src/formats/onnx/scan';
import { BYTES, encode, FIXED32, isRange, Message, VARINT } from '../../src/formats/onnx/wire';
import { OPERATORS } from '../../src/ops/index';
import type { Random } from '../../src/random';
import { below, joined, pick, reordered } from './draw';

/** Damages a graph; the graph as it is where it has nothing of that kind. */
type GraphMutation = (graph: Message, source: Random) => Message;
type NodeMutation = (node: Message, source: Random, graph: Message) => Message;

export function mutateOnnx(bytes: Uint8Array, source: Random): Uint8Array {
  let model = scanned(bytes);
  for (let i = 1 + below(source, 3); i > 0; i--) {
    if (source.next() < 0.03) model = otherOpset(model, source);
    const graph = model.message(ModelField.graph);
    if (graph !== undefined) model = model.with(ModelField.graph, BYTES, [pick(source, ON_GRAPHS)(graph, source)]);
  }
  const pieces = [...encode(model)].map((piece) => {
    if (piece instanceof Uint8Array) return piece;
    // What is large stays where it lies: in the file, of which the bytes are at hand.
    return isRange(piece) ? bytes.subarray(piece.offset, piece.offset + piece.length) : new Uint8Array(piece.length);
  });
  return joined(...pieces);
}

function scanned(bytes: Uint8Array): Message {
  const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-fuzz-onnx-'));
  try {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, bytes);
    return scanModel(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What no axis, size, count or stride may be, or rarely is. */
const ABSURD = [0n, 1n, -1n, 2n, 3n, 7n, 16n, 10n ** 6n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 62n, 2n ** 63n - 1n];
const NEGATIVE = [-2n, -7n, -(2n ** 31n), -(2n ** 63n)];
const NAMES = ['', '__proto__', 'constructor', 'toString', 'nothing makes it', 'a'.repeat(5000), '\u0000'];
const TEXTS = ['', 'xx', 'SAME_UPPER', 'VALID', 'linear', 'CRD', '__proto__', 'ij,jk->ik', '...,->...', 'ii->i'];
const FLOATS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1e38, 0, -0, 1e-45, 2 ** 31];
const OPSETS = [-1n, 0n, 1n, 7n, 9n, 11n, 13n, 17n, 18n, 21n, 23n, 24n, 2n ** 40n];
/** Beside those we know: some that are frozen, some that the file brings into another form, and none at all. */
const TYPES = [
  ...OPERATORS.keys(),
  ...['If', 'Loop', 'Scan', 'Attention', 'GroupNormalization', 'Upsample', 'Gelu', 'QLinearConv', 'ConvInteger'],
  ...['Constant', 'NonMaxSuppression', 'RotaryEmbedding', 'SequenceAt', 'constructor', '__proto__', ''],
];
const DOMAINS = ['', 'ai.onnx', 'com.microsoft', 'ai.onnx.ml', 'org.example', '__proto__'];

const whole = (source: Random): bigint => BigInt.asUintN(64, pick(source, [...ABSURD, ...NEGATIVE]));

const text = (value: string): Uint8Array => Buffer.from(value);

const texts = (message: Message, field: number, values: readonly string[]): Message =>
  message.with(field, BYTES, values.map(text));

/** Every name that something has, and some that nothing has. */
function anyName(graph: Message, source: Random): string {
  if (source.next() < 0.2) return pick(source, NAMES);
  return pick(source, [
    ...graph.messages(GraphField.node).flatMap((node) => node.texts(NodeField.output)),
    ...graph.messages(GraphField.initializer).map((tensor) => tensor.text(TensorField.name)),
    ...graph.messages(GraphField.input).map((value) => value.text(ValueInfoField.name)),
    '',
  ]);
}

/** Changes one of several messages; none where there is none. */
function changeOne(
  message: Message,
  field: number,
  source: Random,
  change: (one: Message) => Message | readonly Message[],
): Message {
  const all = message.messages(field);
  if (all.length === 0) return message;
  const at = below(source, all.length);
  return message.with(
    field,
    BYTES,
    all.flatMap((one, i) => (i === at ? change(one) : one)),
  );
}

const lists =
  (field: number): NodeMutation =>
  (node, source, graph) => {
    const names = node.texts(field);
    const at = below(source, names.length);
    const other = anyName(graph, source);
    const changed = pick<() => string[]>(source, [
      () => [],
      () => names.toSpliced(at, 1),
      () => names.slice(0, at),
      () => names.with(Math.min(at, names.length - 1), other),
      () => names.toSpliced(at, 0, other),
      () => names.toSpliced(at, 0, names[at] ?? ''),
      () => names.with(Math.min(at, names.length - 1), ''),
      () => reordered(source, names),
      () => [...names, ...Array.from({ length: 300 }, () => other)],
    ]);
    return texts(node, field, names.length === 0 ? [other] : changed());
  };

/** Reads what it makes itself, or what comes of it. */
const circle: NodeMutation = (node, source, graph) => {
  const inputs = node.texts(NodeField.input);
  if (inputs.length === 0) return node;
  const later = pick(source, [node, ...graph.messages(GraphField.node)]).texts(NodeField.output)[0] ?? '';
  return texts(node, NodeField.input, inputs.with(below(source, inputs.length), later));
};

const otherType: NodeMutation = (node, source, graph) => {
  const own = graph.messages(GraphField.node).map((other) => other.text(NodeField.opType));
  return node.withText(NodeField.opType, pick(source, source.next() < 0.3 ? own : TYPES));
};

const otherDomain: NodeMutation = (node, source) => node.withText(NodeField.domain, pick(source, DOMAINS));

const otherName: NodeMutation = (node, source, graph) => node.withText(NodeField.name, anyName(graph, source));

const otherAttribute: NodeMutation = (node, source) =>
  changeOne(node, NodeField.attribute, source, (attribute) => {
    const i = (): Message => attribute.with(AttributeField.i, VARINT, [whole(source)]);
    const value = attribute.has(AttributeField.ints)
      ? listOf(attribute, source)
      : attribute.has(AttributeField.f)
        ? attribute.with(AttributeField.f, FIXED32, [float(source)])
        : attribute.has(AttributeField.s)
          ? attribute.withText(AttributeField.s, pick(source, TEXTS))
          : i();
    return pick<() => Message | readonly Message[]>(source, [
      () => value,
      () => value,
      () => value,
      () => [],
      () => [attribute, value],
      () => ofType(attribute, source),
      () => attribute.withText(AttributeField.name, pick(source, [...NAMES, 'axis', 'axes', 'group', 'pads', 'perm'])),
    ])();
  });

function float(source: Random): Uint8Array {
  return new Uint8Array(Float32Array.of(pick(source, FLOATS)).buffer);
}

function listOf(attribute: Message, source: Random): Message {
  const values = attribute.integers(AttributeField.ints).map((value) => BigInt.asUintN(64, BigInt(Math.trunc(value))));
  const at = below(source, values.length);
  const changed = pick<() => bigint[]>(source, [
    () => values.with(at, whole(source)),
    () => values.with(at, whole(source)),
    () => values.toSpliced(at, 1),
    () => [...values, whole(source)],
    () => values.map(() => whole(source)),
    () => [],
  ]);
  return attribute.with(AttributeField.ints, VARINT, values.length === 0 ? [whole(source)] : changed());
}

/** The same name with a value of another type. */
function ofType(attribute: Message, source: Random): Message {
  const empty = new Message([]).withText(AttributeField.name, attribute.text(AttributeField.name));
  const typed = (type: bigint): Message => empty.with(AttributeField.type, VARINT, [type]);
  return pick(source, [
    () => typed(1n).with(AttributeField.f, FIXED32, [float(source)]),
    () => typed(2n).with(AttributeField.i, VARINT, [whole(source)]),
    () => typed(3n).withText(AttributeField.s, pick(source, TEXTS)),
    () => typed(4n),
    () => typed(4n).with(AttributeField.tensor, BYTES, [new Message([])]),
    () => typed(5n).with(AttributeField.graph, BYTES, [new Message([])]),
    () => typed(6n).with(AttributeField.floats, BYTES, [float(source)]),
    () => typed(7n).with(AttributeField.ints, VARINT, [whole(source), whole(source)]),
    () => typed(8n).withText(AttributeField.strings, pick(source, TEXTS)),
    () => typed(0n),
    () => typed(99n),
  ])();
}

/** An attribute that the node may have or not. */
const addedAttribute: NodeMutation = (node, source) => {
  const names = ['axis', 'axes', 'group', 'groups', 'strides', 'pads', 'dilations', 'kernel_shape', 'auto_pad', 'perm'];
  const others = ['hidden_size', 'direction', 'layout', 'keepdims', 'to', 'blocksize', 'num_outputs', 'mode', 'k'];
  const named = new Message([]).withText(AttributeField.name, pick(source, [...names, ...others]));
  const own = node.messages(NodeField.attribute);
  return node.with(NodeField.attribute, BYTES, [...own, ofType(named, source)]);
};

const ON_NODES: readonly NodeMutation[] = [
  lists(NodeField.input),
  lists(NodeField.input),
  lists(NodeField.output),
  circle,
  otherType,
  otherDomain,
  otherName,
  otherAttribute,
  otherAttribute,
  otherAttribute,
  addedAttribute,
];

const node: GraphMutation = (graph, source) =>
  changeOne(graph, GraphField.node, source, (one) => pick(source, ON_NODES)(one, source, graph));

const nodes: GraphMutation = (graph, source) => {
  const all = graph.messages(GraphField.node);
  const at = below(source, all.length);
  const changed = pick<() => Message[]>(source, [
    () => all.toSpliced(at, 1),
    () => all.toSpliced(at, 0, ...all.slice(at, at + 1)),
    () => reordered(source, all),
    () => all.slice(0, at),
  ]);
  return graph.with(GraphField.node, BYTES, changed());
};

const tensor: GraphMutation = (graph, source) =>
  changeOne(graph, GraphField.initializer, source, (one) => {
    const dims = one.integers(TensorField.dims).map(BigInt);
    const at = below(source, dims.length);
    return pick<() => Message | readonly Message[]>(source, [
      () => [],
      () => [one, one],
      () => one.withText(TensorField.name, anyName(graph, source)),
      () => one.with(TensorField.dims, VARINT, dims.length === 0 ? [whole(source)] : dims.with(at, whole(source))),
      () => one.with(TensorField.dims, VARINT, reordered(source, dims)),
      () => one.with(TensorField.dims, VARINT, [...dims, 1n]),
      () => one.with(TensorField.dims, VARINT, [dims.reduce((product, size) => product * size, 1n)]),
      () => one.with(TensorField.dims, VARINT, [1n, ...dims]),
      () =>
        one.with(TensorField.dataType, VARINT, [BigInt(pick(source, [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 16, 99]))]),
      () => withElements(one, source),
      () => withElements(one, source),
      () => elsewhere(one, source),
    ])();
  });

/** Other whole numbers in a list of them: the target of a Reshape, the axes of a Squeeze. */
function withElements(one: Message, source: Random): Message {
  const raw = one.field(TensorField.rawData)?.payload;
  if (one.integer(TensorField.dataType) !== 7 || !(raw instanceof Uint8Array) || raw.length < 8) return one;
  const values = new BigUint64Array(raw.slice().buffer, 0, Math.floor(raw.length / 8));
  values[below(source, values.length)] = whole(source);
  return one.with(TensorField.rawData, BYTES, [new Uint8Array(values.buffer)]);
}

/** Elements in another file: one that is not there, the model itself, or one that is none of its business. */
function elsewhere(one: Message, source: Random): Message {
  const entry = (key: string, value: string): Message =>
    new Message([]).withText(EntryField.key, key).withText(EntryField.value, value);
  const number = (): string =>
    pick(source, ['0', '-1', '-9007199254740993', '1e99', '', 'x', '18446744073709551616', '8']);
  const locations = ['nowhere.bin', '../outside.bin', '/etc/passwd', '', '.', 'model.onnx', '__proto__', '\u0000'];
  const entries = [entry('location', pick(source, locations)), entry('offset', number()), entry('length', number())];
  const kept = new Message(one.fields.filter(({ number: own }) => own !== TensorField.rawData));
  return kept
    .with(TensorField.dataLocation, VARINT, [1n])
    .with(TensorField.externalData, BYTES, source.next() < 0.5 ? entries : entries.slice(0, 2));
}

/** What flows in or out, or what the file states of a value in between. */
const value: GraphMutation = (graph, source) => {
  const field = pick(source, [GraphField.input, GraphField.output, GraphField.valueInfo]);
  return changeOne(graph, field, source, (one) => {
    const type = one.message(ValueInfoField.type);
    const own = type?.message(TypeField.tensor);
    const shape = own?.message(TensorTypeField.shape);
    const withTensor = (made: Message): Message =>
      one.with(ValueInfoField.type, BYTES, [(type ?? new Message([])).with(TypeField.tensor, BYTES, [made])]);
    const withShape = (made: Message): Message =>
      withTensor((own ?? new Message([])).with(TensorTypeField.shape, BYTES, [made]));
    return pick<() => Message | readonly Message[]>(source, [
      () => [],
      () => [one, one],
      () => one.withText(ValueInfoField.name, anyName(graph, source)),
      () => new Message(one.fields.filter(({ number }) => number !== ValueInfoField.type)),
      () => withTensor(new Message([])),
      () => withTensor((own ?? new Message([])).with(TensorTypeField.elementType, VARINT, [whole(source)])),
      () => withShape(new Message([])),
      () => withShape(changeOne(shape ?? new Message([]), ShapeField.dimension, source, () => dimension(source))),
      () => withShape(changeOne(shape ?? new Message([]), ShapeField.dimension, source, () => dimension(source))),
      () => withShape(changeOne(shape ?? new Message([]), ShapeField.dimension, source, () => [])),
      () => withShape(changeOne(shape ?? new Message([]), ShapeField.dimension, source, (size) => [size, size])),
    ])();
  });
};

function dimension(source: Random): Message {
  const empty = new Message([]);
  if (source.next() < 0.3) return empty.withText(DimensionField.parameter, pick(source, [...NAMES, 'batch', 'N']));
  return source.next() < 0.1 ? empty : empty.with(DimensionField.value, VARINT, [whole(source)]);
}

const ON_GRAPHS: readonly GraphMutation[] = [node, node, node, node, node, nodes, tensor, tensor, value];

function otherOpset(model: Message, source: Random): Message {
  return changeOne(model, ModelField.opset, source, (one) =>
    one.with(OpsetField.version, VARINT, [BigInt.asUintN(64, pick(source, OPSETS))]),
  );
}
