// Emits nodes and constants under names of their own, to be added to a graph.
import type { Attribute, Graph, Node, Value } from '../model/graph';
import { float32, int64, scalar, type Tensor } from '../model/tensor';

export class NodeEmitter {
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, Tensor>();
  readonly #known = new Map<string, string>();
  #count = 0;

  /** Name of the layer that the next nodes belong to. */
  layer = '';

  /** @param prefix of every name; the colon behind it tells them from a layer's nodes, layer/Type_n. */
  constructor(private readonly prefix: string) {}

  /** Emits a node and returns its first output's name; `output` fixes that name. */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output?: string,
  ): string {
    const name = `${this.prefix}:${type}_${this.#count++}`;
    this.nodes.push({ name, type, inputs, outputs: [output ?? name], attributes, layer: this.layer });
    return output ?? name;
  }

  /** Emits a node with several outputs. */
  ops(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: number,
  ): string[] {
    const name = `${this.prefix}:${type}_${this.#count++}`;
    const names = Array.from({ length: outputs }, (_, i) => `${name}_${i}`);
    this.nodes.push({ name, type, inputs, outputs: names, attributes, layer: this.layer });
    return names;
  }

  float(value: number): string {
    return this.#constant(`float ${value}`, () => scalar(value));
  }

  floats(values: readonly number[]): string {
    return this.#constant(`floats ${values.join()}`, () => float32([values.length], Float32Array.from(values)));
  }

  ints(values: readonly number[]): string {
    return this.#constant(`ints ${values.join()}`, () => int64(values));
  }

  /** The graph with the emitted nodes behind its own, and these outputs instead of its own. */
  extend(graph: Graph, outputs: readonly Value[]): Graph {
    return {
      ...graph,
      nodes: [...graph.nodes, ...this.nodes],
      constants: new Map([...graph.constants, ...this.constants]),
      outputs,
    };
  }

  #constant(key: string, make: () => Tensor): string {
    let name = this.#known.get(key);
    if (name === undefined) {
      name = `${this.prefix}:constant_${this.#known.size}`;
      this.#known.set(key, name);
      this.constants.set(name, make());
    }
    return name;
  }
}
