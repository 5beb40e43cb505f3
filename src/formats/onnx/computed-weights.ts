// Weights that the graph works out from others each time it runs, by way of sums over them: weight and spectral
// normalisation, standardised kernels. What they come to is taken as the weight, as the sums would change with a cut.
import type { Graph, Node, Shape } from '../../model/graph';
import { type ElementType, elementCount } from '../../model/tensor';
import type { Weight } from '../../model/weight';
import { inferShapes } from '../../ops/infer';
import { evaluated } from './evaluate';
import { isFloat } from './file-values';
import type { ImportedGraph, NodeRecord } from './import-graph';
import { NodeField } from './messages';
import { type ExternalFiles, elementType } from './stored-tensor';
import type { Message } from './wire';

/** What a weight of the graph is worked out from in the file. */
export interface Computed {
  readonly weights: ReadonlySet<string>;
  readonly nodes: ReadonlySet<Node>;
}

/** Operators whose result mixes elements of what they read: it is another after a cut. */
const MIXING: ReadonlySet<string> = new Set([
  'BatchNormalization',
  'InstanceNormalization',
  'LayerNormalization',
  'LogSoftmax',
  'LpNormalization',
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
  'ScatterElements',
  'ScatterND',
  'Softmax',
]);

/** Matrices by vectors are sums over the one; matrices by matrices are layers (low ranks, tables of positions). */
const PRODUCTS: ReadonlySet<string> = new Set(['MatMul']);

/** Operators that leave elements what they are: a weight behind them is found as it is. */
const LAYOUT: ReadonlySet<string> = new Set([
  'Cast',
  'Concat',
  'Flatten',
  'Identity',
  'Reshape',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Others that make the same of the same, in the type of their first input. */
const ARITHMETIC: ReadonlySet<string> = new Set([
  ...['Abs', 'Add', 'Clip', 'Div', 'Exp', 'Expand', 'Log', 'Max', 'Min', 'Mul', 'Neg', 'Pow', 'Reciprocal', 'Relu'],
  ...['CastLike', 'Shape', 'Sigmoid', 'Sign', 'Slice', 'Softplus', 'Sqrt', 'Sub', 'Sum', 'Tanh'],
]);

interface Fixed {
  readonly record: NodeRecord;
  /** The file's operator. */
  readonly type: string;
  readonly element: ElementType;
  readonly mixes: boolean;
  readonly weights: ReadonlySet<string>;
  readonly nodes: ReadonlySet<Node>;
}

/** @param model the file, whose graph is `imported`. */
export function withComputedWeights(imported: ImportedGraph, model: Message, file: FileParts): ImportedGraph {
  const { graph } = imported;
  const fixed = fixedValues(imported, file.nodes);
  if (![...fixed.values()].some(({ mixes }) => mixes)) return imported;
  const shapes = inferShapes(graph);
  const inFixed = new Set([...fixed.values()].flatMap(({ record }) => record.nodes));
  const wanted = new Map<string, Fixed>();
  const visit = (value: string): void => {
    const own = fixed.get(value);
    if (own === undefined || wanted.has(value)) return;
    // What is laid out by the shape of a weight that is worked out with is worked out with it.
    const isApart = own.record.inputs.every((name) => isFloat(fixed.get(name)?.element ?? 'float32'));
    if (LAYOUT.has(own.type) && isApart) for (const name of own.record.inputs) visit(name);
    else if (own.mixes && isFloat(own.element)) wanted.set(value, own);
  };
  for (const node of graph.nodes) {
    if (inFixed.has(node)) continue;
    for (const value of [...node.inputs, ...(node.captures ?? [])]) visit(value);
  }
  const weights = new Map<string, Weight>();
  const computed = new Map<string, Computed>();
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  let room = elementsOf(graph, new Set([...wanted.values()].flatMap((own) => [...own.weights])));
  for (const [name, own] of wanted) {
    const shape = shapes.get(name) ?? [];
    const sizes = shape.filter((size) => typeof size === 'number');
    // A file is made smaller: what comes to more than it is made from stays as it is.
    const known = shapes.has(name) && sizes.length === shape.length && !outputs.has(name);
    const source = elementsOf(graph, own.weights);
    if (!known || elementCount(sizes) > Math.min(room, source)) continue;
    if (![...own.nodes].every(({ outputs }) => outputs.every((value) => isBounded(shapes.get(value), source))))
      continue;
    room -= elementCount(sizes);
    const bytes = (): Promise<Uint8Array> => evaluated(name, own.element, sizes, model, file.external);
    weights.set(name, { name, shape: sizes, trainable: true, storage: { type: own.element }, bytes });
    computed.set(name, own);
  }
  return replaced(imported, weights, computed);
}

/** What is worked out on the way may be so many times as large as the weights it starts from. */
const ON_THE_WAY = 4;

function isBounded(shape: Shape | undefined, source: number): boolean {
  const sizes = shape?.filter((size) => typeof size === 'number');
  return sizes !== undefined && sizes.length === shape?.length && elementCount(sizes) <= ON_THE_WAY * source;
}

export interface FileParts {
  readonly nodes: readonly Message[];
  readonly external: ExternalFiles;
}

function elementsOf({ weights }: Graph, names: ReadonlySet<string>): number {
  return [...names].reduce((sum, name) => sum + elementCount(weights.get(name)?.shape ?? []), 0);
}

/** Values made of weights and constants alone, by operators of which that is known. */
function fixedValues({ graph, records }: ImportedGraph, fileNodes: readonly Message[]): Map<string, Fixed> {
  const recordOf = new Map(records.flatMap((record) => record.nodes.map((node) => [node, record] as const)));
  let shapes: ReadonlyMap<string, Shape> | undefined;
  const shapeOf = (name: string): Shape | undefined => {
    shapes ??= inferShapes(graph);
    return shapes.get(name);
  };
  const types = storedTypes(graph);
  const fixed = new Map<string, Fixed>();
  const read = new Set(graph.nodes.flatMap(({ inputs, captures = [] }) => [...inputs, ...captures]));
  for (const { name } of graph.outputs) read.add(name);
  for (const node of graph.nodes) {
    const record = recordOf.get(node);
    if (record === undefined || record.nodes.at(-1) !== node) continue;
    const file = fileNodes[record.index] as Message;
    const type = file.text(NodeField.opType);
    const domain = file.text(NodeField.domain);
    const [output = '', ...others] = file.texts(NodeField.output);
    if ((domain !== '' && domain !== 'ai.onnx') || others.some((name) => read.has(name))) continue;
    const inputs = record.inputs.filter((name) => name !== '');
    const sources = inputs.map((name) => fixed.get(name));
    const isFixed = inputs.every((name, i) => sources[i] || graph.weights.has(name) || graph.constants.has(name));
    if (!isFixed || inputs.length === 0) continue;
    const element = elementOf(node, inputs, (name) => fixed.get(name)?.element ?? types(name));
    const vector = PRODUCTS.has(type) && inputs.some((name) => shapeOf(name)?.length === 1);
    const known = MIXING.has(type) || ARITHMETIC.has(type) || LAYOUT.has(type) || PRODUCTS.has(type);
    if (!known || element === undefined) continue;
    fixed.set(output, {
      record,
      type,
      element,
      mixes: MIXING.has(type) || (PRODUCTS.has(type) && vector) || sources.some((source) => source?.mixes === true),
      weights: new Set([
        ...inputs.filter((name) => graph.weights.has(name)),
        ...sources.flatMap((own) => [...(own?.weights ?? [])]),
      ]),
      nodes: new Set([...record.nodes, ...sources.flatMap((own) => [...(own?.nodes ?? [])])]),
    });
  }
  return fixed;
}

/** The type of what a node makes; undefined where it is not known. */
function elementOf(
  { type, attributes }: Node,
  inputs: readonly string[],
  of: (name: string) => ElementType | undefined,
): ElementType | undefined {
  if (type === 'Cast') return elementType(Number(attributes.to));
  if (type === 'Shape') return 'int64';
  if (type === 'CastLike') return of(inputs[1] ?? '');
  const known = inputs.map(of);
  return known.find((element) => element !== undefined && isFloat(element)) ?? known[0];
}

/** Types of weights and constants: of these, floats are in single precision here, whatever the file has them in. */
function storedTypes({ weights, constants }: Graph): (name: string) => ElementType | undefined {
  const floats = new Set([...weights.values()].map(({ storage }) => storage.type).filter(isFloat));
  const [only] = floats.size === 1 ? floats : [];
  return (name) => {
    const type = constants.get(name)?.type;
    return type === 'float32' ? only : (type ?? weights.get(name)?.storage.type);
  };
}

/** The graph with these weights in place of the nodes that make them. */
function replaced(
  imported: ImportedGraph,
  made: ReadonlyMap<string, Weight>,
  computed: ReadonlyMap<string, Computed>,
): ImportedGraph {
  const { graph, records } = imported;
  const makers = new Set([...computed.values()].flatMap(({ nodes }) => [...nodes]));
  const read = new Set(graph.outputs.map(({ name }) => name));
  const gone = new Set<Node>();
  for (const node of graph.nodes.toReversed()) {
    const isNeeded = node.outputs.some((name) => read.has(name) && !made.has(name));
    if (makers.has(node) && !isNeeded) gone.add(node);
    else for (const name of [...node.inputs, ...(node.captures ?? [])]) read.add(name);
  }
  const names = new Set([...gone].map(({ name }) => name));
  const before = new Set([...gone].flatMap(({ inputs }) => inputs));
  const weights = new Map([...graph.weights].filter(([name]) => read.has(name) || !before.has(name)));
  for (const [name, weight] of made) weights.set(name, weight);
  const stored = new Map(imported.stored);
  const kept = records.map((record): NodeRecord => {
    if (!record.nodes.every((node) => gone.has(node))) return record;
    return { index: record.index, inputs: record.inputs, nodes: [], moved: new Map() };
  });
  for (const { index, nodes } of records) {
    for (const name of nodes.at(-1)?.outputs ?? []) if (made.has(name)) stored.set(name, index);
  }
  const opaque = new Map(
    [...imported.opaque].flatMap(([reason, own]) => {
      const left = own.filter((name) => !names.has(name));
      return left.length > 0 ? [[reason, left] as const] : [];
    }),
  );
  return {
    graph: { ...graph, nodes: graph.nodes.filter((node) => !gone.has(node)), weights },
    records: kept,
    stored,
    opaque,
    computed,
  };
}
