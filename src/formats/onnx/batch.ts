// A file exported with a fixed batch (of 1, mostly) as a graph of any batch, where every node allows it.
import { BATCH, type Dimension, type Graph, type Node, type Shape, whereKnown } from '../../model/graph';
import { elementCount, int64, integers, type Tensor } from '../../model/tensor';
import { operatorFor } from '../../ops/index';
import { Inference, inferShapes } from '../../ops/infer';
import { factored } from '../../ops/multiple';
import { type Axis, fromStart, numberAttribute, type Ties } from '../../ops/operator';

/**
 * The graph with axis 0 of its inputs as the batch; undefined where it isn't, or where a node depends on the fixed size.
 * Reshapes to a fixed first size keep whatever size there is.
 */
export function withFreeBatch(graph: Graph): Graph | undefined {
  const batch = commonBatch(graph);
  if (batch === undefined) return undefined;
  // Of an operator we do not know, the file states the shape for its own batch alone.
  if (graph.nodes.some((node) => operatorFor(node) === undefined)) return undefined;
  const inputs = graph.inputs.map((value) => ({ ...value, shape: [BATCH, ...value.shape.slice(1)] }));
  const constants = new Map<string, Tensor>(graph.constants);
  const inference = new Inference((name) => constants.get(name));
  for (const { name, shape } of inputs) inference.shapes.set(name, shape);
  for (const [name, { shape }] of graph.weights) inference.shapes.set(name, shape);
  for (const [name, { shape }] of graph.constants) inference.shapes.set(name, shape);
  const nodes: Node[] = [];
  /** What is worked out from samples. */
  const sampled = new Set(inputs.map(({ name }) => name));
  for (const node of graph.nodes) {
    const widened = node.type === 'Concat' && batch === 1 ? freedConcat(node, inference, constants, sampled) : [node];
    if ([...node.inputs, ...(node.captures ?? [])].some((name) => sampled.has(name)))
      for (const name of node.outputs) sampled.add(name);
    const last = widened.at(-1) as Node;
    const freed = last.type === 'Reshape' ? freedReshape(last, inference, batch, constants) : last;
    if (freed === undefined) return undefined;
    try {
      for (const before of widened.slice(0, -1)) {
        inference.add(before);
        nodes.push(before);
      }
      inference.add(freed);
    } catch {
      // It does not fit every batch: the file's fixed one stays.
      return undefined;
    }
    if (isMixed(freed, inference.shapes) || takesTogether(freed, inference)) return undefined;
    nodes.push(freed);
  }
  for (const { name, shape } of graph.outputs) {
    const own = inference.shapes.get(name);
    if (
      own === undefined ||
      own.length !== shape.length ||
      !own.every((size, axis) => fits(size, shape[axis], axis, batch))
    )
      return undefined;
  }
  const outputs = graph.outputs.map((value) => ({ ...value, shape: inference.shapes.get(value.name) ?? value.shape }));
  const free = { ...graph, inputs, outputs, nodes, constants, declared: new Map() };
  return takes(free, SAMPLES * batch) ? free : undefined;
}

/** A number that no size of a model is a multiple of by chance. */
const SAMPLES = 1009;

/** Whether all shapes fit a batch of so many: names hide where one meets the file's own. */
function takes(graph: Graph, batch: number): boolean {
  const inputs = graph.inputs.map((value) => ({ ...value, shape: [batch, ...value.shape.slice(1)] }));
  try {
    const shapes = inferShapes({ ...graph, inputs });
    return graph.outputs.every(({ name }) => shapes.get(name)?.[0] === batch);
  } catch {
    return false;
  }
}

/** The output keeps its shape but for the batch, which lies first. */
function fits(size: Dimension, before: Dimension | undefined, axis: number, batch: Dimension): boolean {
  return axis === 0 ? size === BATCH && before === batch : size === before;
}

function commonBatch(graph: Graph): number | undefined {
  const [first] = graph.inputs;
  const batch = first?.shape[0];
  if (typeof batch !== 'number' || batch < 1) return undefined;
  return graph.inputs.every(({ shape }) => shape.length > 1 && shape[0] === batch) ? batch : undefined;
}

/** A token that is put before the places of one sample goes before those of every sample; the node itself comes last. */
function freedConcat(
  node: Node,
  inference: Inference,
  constants: Map<string, Tensor>,
  sampled: ReadonlySet<string>,
): Node[] {
  const shape = (name: string): Shape => inference.shapes.get(name) ?? [];
  const sample = node.inputs.find((name) => shape(name)[0] === BATCH);
  const rank = shape(sample ?? '').length;
  const along = fromStart(numberAttribute(node, 'axis', 0), rank);
  if (sample === undefined || along === 0) return [node];
  const before: Node[] = [];
  const inputs = node.inputs.map((name, place) => {
    if (shape(name)[0] !== 1 || sampled.has(name)) return name;
    const made = (type: string, own: readonly string[], attributes: Node['attributes'] = {}): string => {
      const output = `${node.name}:batch:${place}:${type}`;
      before.push({ name: output, type, inputs: own, outputs: [output], attributes, layer: node.layer });
      return output;
    };
    const ones = `${node.name}:batch:${place}:ones`;
    constants.set(ones, int64(new Array<number>(rank - 1).fill(1)));
    inference.shapes.set(ones, [rank - 1]);
    const count = made('Shape', [sample], { start: 0, end: 1 });
    return made('Expand', [name, made('Concat', [count, ones], { axis: 0 })]);
  });
  return [...before, { ...node, inputs }];
}

/** Undefined where the batch would not lie outermost any more: parts of different samples would come together. */
function freedReshape(
  node: Node,
  inference: Inference,
  batch: number,
  constants: Map<string, Tensor>,
): Node | undefined {
  const [x = '', target = ''] = node.inputs;
  const constant = constants.get(target);
  const shape: Shape | undefined = inference.shapes.get(x);
  if (constant === undefined || shape === undefined) return node;
  const [first = 1, ...rest] = integers(constant);
  const literal = node.attributes.allowzero === 1;
  const outer = factored(shape[0] ?? 1);
  if (outer.name !== BATCH) {
    // The batch may be within a size that only a run tells: a target that is fixed fits the file's own batch alone.
    const fixed = first === batch || [first, ...rest].every((size) => size > 0);
    return fixed && shape.some((size) => typeof size === 'string') ? undefined : node;
  }
  if (first === -1 || (first === 0 && !literal)) return node;
  const whole = first === batch && outer.count === 1;
  const own = whole && !literal ? rest : withoutRest(rest, first / batch, [outer.count, ...shape.slice(1)]);
  if (own === undefined) return undefined;
  const name = `${target}:batch:${node.name}`;
  // Where 0 stands for no elements, what is left must stand for the batch.
  constants.set(name, int64([whole && !literal ? 0 : -1, ...own]));
  inference.shapes.set(name, constant.shape);
  return { ...node, inputs: [x, name, ...node.inputs.slice(2)] };
}

/** The sizes of one sample with what −1 stands for; undefined where only a run tells, or where they do not hold one. */
function withoutRest(sizes: readonly number[], outer: number, of: Shape): readonly number[] | undefined {
  if (!of.every((size) => typeof size === 'number')) return undefined;
  const left = elementCount(of) / (outer * elementCount(sizes.filter((size) => size !== -1)));
  const fits = sizes.includes(-1) ? Number.isInteger(left) : left === 1;
  return fits && Number.isInteger(outer) ? sizes.map((size) => (size === -1 ? left : size)) : undefined;
}

/** A batch that does not lie outermost may be laid out anew only where it stays apart. */
function isMixed({ type, inputs, outputs }: Node, shapes: ReadonlyMap<string, Shape>): boolean {
  if (type !== 'Reshape') return false;
  const [before = [], after = []] = [shapes.get(inputs[0] ?? ''), shapes.get(outputs[0] ?? '')];
  return before.slice(1).some((size) => factored(size).name === BATCH && !after.includes(size));
}

/** Whether a node sums, ranks or normalises over samples: what an axis says that can't be cut one by one, or is summed over. */
function takesTogether(node: Node, inference: Inference): boolean {
  const operator = operatorFor(node);
  if (operator === undefined || node.type === 'Reshape') return false;
  const shape = (value: string): Shape => inference.shapes.get(value) ?? [];
  const isBatch = ({ value, axis }: Axis): boolean => factored(shape(value)[axis] ?? 1).name === BATCH;
  let found = false;
  const seen = (axis: Axis): void => {
    found ||= isBatch(axis);
  };
  const ignored = (): void => undefined;
  const ties: Ties = {
    shape,
    constant: inference.constant,
    sizes: inference.sizes,
    tie: ignored,
    pick: ignored,
    product: ignored,
    freeze: seen,
    frame: seen,
    approximate: seen,
  };
  whereKnown(() => operator.ties?.(node, ties));
  for (const { input } of whereKnown(() => operator.contracts?.(node, shape)) ?? []) if (input) seen(input);
  if (node.type === 'MatMul') {
    const [a = '', b = ''] = node.inputs;
    seen({ value: a, axis: shape(a).length - 1 });
    seen({ value: b, axis: Math.max(0, shape(b).length - 2) });
  }
  return found;
}
