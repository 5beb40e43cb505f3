// Builds a graph node by node, with shapes known at every step.
import type { Attribute, Graph, Node, Shape, Value } from '../model/graph';
import { float32, int64, scalar, type Tensor } from '../model/tensor';
import type { Weight } from '../model/weight';
import { Inference, shapeOf } from './infer';

export class GraphBuilder {
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  readonly nodes: Node[] = [];
  readonly weights = new Map<string, Weight>();
  readonly constants = new Map<string, Tensor>();
  readonly declared = new Map<string, Shape>();
  readonly #inference = new Inference((name) => this.constants.get(name), this.declared);
  #count = 0;

  /** The layer that the nodes added from here on belong to. */
  layer = '';

  shape(value: string): Shape {
    return shapeOf(this.#inference.shapes, value);
  }

  /** The shape of a value that an opaque layer may have made. */
  knownShape(value: string): Shape | undefined {
    return this.#inference.shapes.get(value);
  }

  addInput(value: Value): string {
    this.inputs.push(value);
    this.#inference.shapes.set(value.name, value.shape);
    return value.name;
  }

  addWeight(weight: Weight): string {
    this.weights.set(weight.name, weight);
    this.#inference.shapes.set(weight.name, weight.shape);
    return weight.name;
  }

  addConstant(tensor: Tensor): string {
    const name = `constant_${this.constants.size}`;
    this.constants.set(name, tensor);
    this.#inference.shapes.set(name, tensor.shape);
    return name;
  }

  float(value: number): string {
    return this.addConstant(scalar(value));
  }

  floats(values: readonly number[]): string {
    return this.addConstant(float32([values.length], Float32Array.from(values)));
  }

  ints(values: readonly number[]): string {
    return this.addConstant(int64(values));
  }

  /** Adds a node with one output and returns that output's name. */
  op(type: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const name = `${this.layer}/${type}_${this.#count++}`;
    this.add({ name, type, inputs, outputs: [name], attributes, layer: this.layer });
    return name;
  }

  add(node: Node): void {
    this.nodes.push(node);
    this.#inference.add(node);
  }

  addOutput(value: string): void {
    this.outputs.push({ name: value, type: 'float32', shape: this.knownShape(value) ?? [] });
  }

  build(): Graph {
    const { inputs, outputs, nodes, weights, constants, declared } = this;
    return { inputs, outputs, nodes, weights, constants, ...(declared.size > 0 && { declared }) };
  }
}
