// What a file holds of values before it runs: its initializers and Constant nodes, as weights of the graph or, where they
// describe its structure, as constants in memory.
import { UserError } from '../../errors';
import type { Shape } from '../../model/graph';
import { BYTES_PER_ELEMENT, type ElementType, elementCount, float32, type Tensor } from '../../model/tensor';
import { type Weight, weightValues } from '../../model/weight';
import { constantOf } from './constant-node';
import { GraphField, NodeField } from './messages';
import { Names } from './names';
import { sparseTensor } from './sparse-tensor';
import { type ExternalFiles, loaded, type StoredTensor, storedTensor } from './stored-tensor';
import { isStructure } from './structure';
import type { Message } from './wire';

/** Integers and truths that describe a structure, in memory. */
const MAX_CONSTANT_BYTES = 64 * 2 ** 20;

/** A node of a few bytes makes a tensor of any size: all of them together as many as protobuf lets a file hold. */
const MAX_FILLED_BYTES = 2 ** 31;

/** Elements of an initial state; no larger tensor is read to see whether it is all zeros. */
const MAX_STATE = 65_536;

/** The place of an initializer, which no node makes. */
const NO_NODE = -1;

export class FileValues {
  readonly weights = new Map<string, Weight>();
  readonly constants = new Map<string, Tensor>();
  /** The file's node that each is the value of; -1 for an initializer. */
  readonly stored = new Map<string, number>();
  readonly names: Names;
  /** The one number that some hold. */
  readonly #fills = new Map<string, number>();
  #filledBytes = 0;
  readonly #isStructure: (tensor: StoredTensor) => boolean;

  /** @param shapes of all values: theirs are added. */
  constructor(
    nodes: readonly Message[],
    private readonly shapes: Map<string, Shape>,
    private readonly external: ExternalFiles,
  ) {
    this.names = new Names(nodes.flatMap((node) => node.texts(NodeField.output)));
    this.#isStructure = isStructure(nodes);
  }

  /** @param recurrent whether initial states that are zeros matter. */
  async keepInitializers(tensors: ReadonlyMap<string, StoredTensor>, recurrent: boolean): Promise<void> {
    for (const tensor of tensors.values()) {
      if (recurrent) await this.#findZeros(tensor);
      await this.#keep(tensor, NO_NODE);
    }
  }

  /** Keeps what a Constant or ConstantOfShape makes; false for any other node. @param index its place in the file. */
  async keepMade(node: Message, index: number, input: string, output: string): Promise<boolean> {
    const tensor = await constantOf(node, this.external, this.constants.get(input), output);
    if (tensor === undefined) return false;
    if (tensor.fill !== undefined) {
      this.#fills.set(output, tensor.fill);
      this.#filledBytes += elementCount(tensor.shape) * BYTES_PER_ELEMENT[tensor.type];
      if (this.#filledBytes > MAX_FILLED_BYTES) {
        throw new UserError('ConstantOfShape nodes make more than 2 GB, more than a file of its kind can hold');
      }
    }
    await this.#findZeros(tensor);
    await this.#keep(tensor, index);
    return true;
  }

  /** A weight, or a constant where it describes the structure. */
  async #keep(tensor: StoredTensor, node: number): Promise<void> {
    const { name, type, shape, bytes, sparse } = tensor;
    this.stored.set(name, node);
    this.shapes.set(name, shape);
    if (this.#isStructure(tensor)) {
      this.constants.set(name, await inMemory(tensor));
      return;
    }
    const storage = { type, ...(sparse !== undefined && { sparse }) };
    this.weights.set(name, { name, shape, trainable: true, storage, bytes });
  }

  /** A constant that the file has not, or not as a tensor. @returns its name: the wanted one where that is free. */
  add(wanted: string, tensor: Tensor): string {
    const name = this.names.fresh(wanted);
    this.set(name, tensor);
    return name;
  }

  set(name: string, tensor: Tensor): void {
    this.constants.set(name, tensor);
    this.shapes.set(name, tensor.shape);
  }

  has(name: string): boolean {
    return this.weights.has(name) || this.constants.has(name);
  }

  typeOf(name: string): ElementType | undefined {
    return this.constants.get(name)?.type ?? this.weights.get(name)?.storage.type;
  }

  /** Whether all of its elements are one number; of large weights only where a node fills them. */
  isFilled(name: string, number: number): boolean {
    const data = this.constants.get(name)?.data as ArrayLike<number | bigint> | undefined;
    return data ? Array.from(data, Number).every((value) => value === number) : this.#fills.get(name) === number;
  }

  /** An initial state may be zeros that are written down. */
  async #findZeros({ name, type, shape, bytes }: StoredTensor): Promise<void> {
    if (!isFloat(type) || elementCount(shape) > MAX_STATE) return;
    if ((await bytes()).every((byte) => byte === 0)) this.#fills.set(name, 0);
  }
}

export async function initializersOf(graph: Message, external: ExternalFiles): Promise<Map<string, StoredTensor>> {
  const result = new Map<string, StoredTensor>();
  const keep = (tensor: StoredTensor | undefined): void => {
    if (tensor === undefined) return;
    if (result.has(tensor.name)) throw new UserError(`two initializers are called "${tensor.name}"`);
    result.set(tensor.name, tensor);
  };
  for (const proto of graph.messages(GraphField.initializer)) keep(await storedTensor(proto, external));
  for (const proto of graph.messages(GraphField.sparseInitializer)) keep(await sparseTensor(proto, external));
  return result;
}

/** A tensor of the structure; floats in the precision they are computed in. */
export async function inMemory(tensor: StoredTensor): Promise<Tensor> {
  const { name, type, shape, bytes } = tensor;
  if (elementCount(shape) * 8 > MAX_CONSTANT_BYTES) {
    throw new UserError(`tensor "${name}" [${shape.join(', ')}] is too large for one that describes a structure`);
  }
  if (!isFloat(type) || type === 'float32') return loaded(tensor);
  return float32(shape, await weightValues({ name, shape, trainable: false, storage: { type }, bytes }));
}

/** Half and double precision are computed in single. */
export function computedAs(type: ElementType): ElementType {
  return isFloat(type) ? 'float32' : type;
}

export function isFloat(type: ElementType): boolean {
  return type === 'float32' || type === 'float16' || type === 'bfloat16' || type === 'float64';
}
