// An If whose condition is known before the model runs (TorchScript writes one for each squeeze): the branch that it
// takes, written in its place.
import type { Node } from '../../model/graph';
import { infer } from '../../ops/infer';
import type { Known } from '../../ops/operator';
import { nameOf } from './attributes';
import { capturesOf } from './captures';
import { FunctionBody } from './function-body';
import { type ImportedGraph, type ImportOptions, importGraph } from './import-graph';
import { AttributeField, FunctionField, GraphField, NodeField, TensorField, ValueInfoField } from './messages';
import { Names } from './names';
import { valueNames } from './value-names';
import { BYTES, Message, VARINT } from './wire';

export interface ImportedWithBranches {
  /** The file's graph with the branches in place of their Ifs. */
  readonly file: Message;
  readonly imported: ImportedGraph;
  readonly warnings: readonly string[];
}

/** Reads the graph again once for every level that Ifs stand in. */
export async function importWithBranches(graph: Message, options: ImportOptions): Promise<ImportedWithBranches> {
  let [file, count] = [graph, 0];
  for (;;) {
    const imported = await importGraph(file, options);
    const taken = branchesTaken(file, imported);
    if (taken.size === 0) return { file, imported, warnings: count === 0 ? [] : [warning(count)] };
    count += taken.size;
    file = withBranches(file, taken);
  }
}

function warning(count: number): string {
  const [which, branch] = count === 1 ? ['an If is', 'branch'] : [`${count} Ifs are`, 'branches'];
  return `${which} decided by what the file says of sizes: the ${branch} taken will be written instead`;
}

function withBranches(graph: Message, taken: ReadonlyMap<number, Message>): Message {
  const names = new Names(valueNames(graph));
  const nodes = graph.messages(GraphField.node).flatMap((node, index) => {
    const branch = taken.get(index);
    return branch === undefined ? [node] : inPlace(node, index, branch, names);
  });
  return graph.with(GraphField.node, BYTES, nodes);
}

/** By the place of the If among the file's nodes. */
function branchesTaken(file: Message, { graph, records }: ImportedGraph): Map<number, Message> {
  const ifs = records.filter(({ nodes: [only] }) => only?.type === 'If');
  const taken = new Map<number, Message>();
  if (ifs.length === 0) return taken;
  const { sizes } = infer(graph);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const nodes = file.messages(GraphField.node);
  for (const { index, nodes: own } of ifs) {
    const value = own[0]?.inputs[0] ?? '';
    const [condition] = sizes(value) ?? [];
    const name = condition?.value === 0 ? 'else_branch' : 'then_branch';
    const attributes = nodes[index]?.messages(NodeField.attribute) ?? [];
    const branch = attributes.find((attribute) => nameOf(attribute) === name)?.message(AttributeField.graph);
    if (typeof condition?.value !== 'number' || !isCertain(value, sizes, makers)) continue;
    if (branch === undefined || branch.has(GraphField.sparseInitializer)) continue;
    taken.set(index, branch);
  }
  return taken;
}

/**
 * Whether what is compared on the way to a value are numbers: of a size that only a run tells, a shape takes for granted
 * that it is not 0, where an If may ask just that.
 */
function isCertain(value: string, sizes: Known['sizes'], makers: ReadonlyMap<string, Node>): boolean {
  const seen = new Set([value]);
  for (const name of seen) {
    const maker = makers.get(name);
    for (const input of maker?.inputs ?? []) {
      const isNumbers = sizes(input)?.every((size) => typeof size.value === 'number') === true;
      if (maker?.type === 'Equal' && !isNumbers) return false;
      // What a value's shape is made of are sizes, not values.
      if (maker?.type !== 'Shape') seen.add(input);
    }
  }
  return true;
}

/** The branch as a function of what it reads from outside, called where the If stands. */
function inPlace(node: Message, index: number, branch: Message, names: Names): Message[] {
  const captured = capturesOf(new Message([]).with(NodeField.attribute, BYTES, [graphAttribute(branch)]));
  const outputs = branch.messages(GraphField.output).map((info) => info.text(ValueInfoField.name));
  const constants = branch.messages(GraphField.initializer).map(constantOf);
  const body = new Message([])
    .with(FunctionField.input, BYTES, captured.map(textOf))
    .with(FunctionField.output, BYTES, outputs.map(textOf))
    .with(FunctionField.node, BYTES, [...constants, ...branch.messages(GraphField.node)]);
  const call = node.with(NodeField.input, BYTES, captured.map(textOf)).with(NodeField.attribute, BYTES, []);
  return new FunctionBody(body).nodesFor(call, index, names);
}

const textOf = (text: string): Uint8Array => Buffer.from(text);

/** AttributeProto.AttributeType. */
const TENSOR = 4n;

function graphAttribute(graph: Message): Message {
  return new Message([]).with(AttributeField.graph, BYTES, [graph]);
}

function constantOf(tensor: Message): Message {
  const value = new Message([])
    .withText(AttributeField.name, 'value')
    .with(AttributeField.tensor, BYTES, [tensor])
    .with(AttributeField.type, VARINT, [TENSOR]);
  return new Message([])
    .withText(NodeField.output, tensor.text(TensorField.name))
    .withText(NodeField.opType, 'Constant')
    .with(NodeField.attribute, BYTES, [value]);
}
