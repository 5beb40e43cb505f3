// Builds a graph node by node, with shapes known at every step.
import type { Attribute, Graph, Node, Shape, Value } from '../model/graph';
import { float32, int64, scalar, type Tensor } from '../model/tensor';
import type { Weight } from '../model/weight';
import { operatorOf } from './index';
import { shapeOf } from './infer';

export class GraphBuilder {
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  readonly nodes: Node[] = [];
  readonly weights = new Map<string, Weight>();
  readonly constants = new Map<string, Tensor>();
  readonly #shapes = new Map<string, Shape>();
  #count = 0;

  /** The layer that the nodes added from here on belong to. */
  layer = '';

  shape(value: string): Shape {
    return shapeOf(this.#shapes, value);
  }

  addInput(value: Value): string {
    this.inputs.push(value);
    this.#shapes.set(value.name, value.shape);
    return value.name;
  }

  addWeight(weight: Weight): string {
    this.weights.set(weight.name, weight);
    this.#shapes.set(weight.name, weight.shape);
    return weight.name;
  }

  addConstant(tensor: Tensor): string {
    const name = `constant_${this.constants.size}`;
    this.constants.set(name, tensor);
    this.#shapes.set(name, tensor.shape);
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
    const inputs = node.inputs.map((value) => (value === '' ? [] : this.shape(value)));
    operatorOf(node.type)
      .shapes(node, inputs, (name) => this.constants.get(name))
      .forEach((shape, i) => {
        this.#shapes.set(node.outputs[i] ?? '', shape);
      });
  }

  addOutput(value: string): void {
    this.outputs.push({ name: value, type: 'float32', shape: this.shape(value) });
  }

  build(): Graph {
    const { inputs, outputs, nodes, weights, constants } = this;
    return { inputs, outputs, nodes, weights, constants };
  }
}
