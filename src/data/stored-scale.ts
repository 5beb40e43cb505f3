// Whether a model takes pixels as they are stored, 0 to 255: it brings them to their scale itself, or looks them up.
import { consumers, type Graph, type Node } from '../model/graph';
import { type ElementType, elementCount } from '../model/tensor';
import { valuePieces } from '../model/weight';

/** What changes no number. */
const KEEPS: ReadonlySet<string> = new Set([
  ...['Cast', 'Identity', 'Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Flatten', 'Resize', 'Pad', 'Slice'],
]);
/** A factor below this is meant for numbers up to 255, not up to 1. */
const FACTOR = 1 / 16;
/** So is taking this much away, as a mean of pixels is. */
const SHIFT = 8;
/** A constant of more elements is no scale: of no more channels are pictures. */
const MOST_ELEMENTS = 4096;

export async function takesStoredPixels(graph: Graph): Promise<boolean> {
  for (const { name, type } of graph.inputs) {
    if (isWhole(type) || (await scales(graph, name))) return true;
  }
  return false;
}

function isWhole(type: ElementType): boolean {
  return type !== 'bool' && type.includes('int');
}

async function scales(graph: Graph, value: string): Promise<boolean> {
  for (const node of consumers(graph, value)) {
    if (await nodeScales(graph, node, value)) return true;
  }
  return false;
}

async function nodeScales(graph: Graph, node: Node, value: string): Promise<boolean> {
  const [first = '', second = ''] = node.inputs;
  if (node.type === 'Gather') return second === value;
  const [result = ''] = node.outputs;
  if (KEEPS.has(node.type)) return first === value && scales(graph, result);
  const most = await largest(graph, first === value ? second : first);
  if (most === undefined) return false;
  switch (node.type) {
    case 'Mul':
      return most <= FACTOR || scales(graph, result);
    case 'Div':
      return first === value && (most >= 1 / FACTOR || (await scales(graph, result)));
    case 'Add':
    case 'Sub':
      return most >= SHIFT || scales(graph, result);
    default:
      return false;
  }
}

/** The largest size of a constant's elements; undefined where it is none, or too large. */
async function largest(graph: Graph, name: string): Promise<number | undefined> {
  const constant = graph.constants.get(name);
  if (constant) return elementCount(constant.shape) > MOST_ELEMENTS ? undefined : size(constant.data);
  const weight = graph.weights.get(name);
  if (weight === undefined) {
    // A weight that is brought to the input's shape.
    const made = graph.nodes.find(({ outputs }) => outputs.includes(name));
    return made && KEEPS.has(made.type) ? largest(graph, made.inputs[0] ?? '') : undefined;
  }
  if (elementCount(weight.shape) > MOST_ELEMENTS) return undefined;
  let most = 0;
  for await (const values of valuePieces(weight)) most = Math.max(most, size(values));
  return most;
}

function size(values: ArrayLike<number | bigint>): number {
  return Array.from(values, Number).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
