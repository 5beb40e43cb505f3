// Writes the graph of a training step: the forward nodes as they run in training, then, from the loss back, the
// gradients that each operator's own rule adds.
import type { Graph, Node, Shape, Value } from '../model/graph';
import type { Tensor } from '../model/tensor';
import { NodeEmitter } from '../ops/emitter';
import { operatorFor } from '../ops/index';
import { infer, shapeOf } from '../ops/infer';
import { type Backward, NoGradientRule, type Tape } from '../ops/operator';

/** A random mask that the loop feeds at every step (dropout). */
export interface Mask {
  readonly name: string;
  readonly shape: readonly number[];
  readonly rate: number;
}

interface Step {
  readonly node: Node;
  readonly backward: Backward;
}

export class TrainingTape extends NodeEmitter implements Tape {
  readonly masks: Mask[] = [];
  /** Weights that the forward pass itself replaces, and by what. */
  readonly updates = new Map<string, string>();
  readonly #shapes: Map<string, Shape>;
  readonly #wanted: Set<string>;
  readonly #steps: Step[] = [];
  readonly sizes: Tape['sizes'];

  /**
   * @param shapes of every value of the graph, with a fixed batch.
   * @param trained the weights to find gradients for.
   */
  constructor(graph: Graph, shapes: ReadonlyMap<string, Shape>, trained: Iterable<string>) {
    super('training');
    this.#shapes = new Map(shapes);
    this.#wanted = new Set(trained);
    this.sizes = infer(graph).sizes;
    for (const [name, tensor] of graph.constants) this.constants.set(name, tensor);
  }

  shape(value: string): Shape {
    return shapeOf(this.#shapes, value);
  }

  readonly constant = (name: string): Tensor | undefined => this.constants.get(name);

  wants(value: string): boolean {
    return this.#wanted.has(value);
  }

  /** Adds a node of the model's graph. */
  forward(node: Node): void {
    this.layer = node.layer;
    const operator = operatorFor(node);
    // Sizes are whole numbers: nothing flows back through them.
    const counted = operator?.discrete || this.sizes(node.outputs[0] ?? '') !== undefined;
    if (!counted && node.inputs.some((value) => this.#wanted.has(value))) {
      for (const value of node.outputs) this.#wanted.add(value);
    }
    const differentiate = operator?.differentiate;
    if (differentiate !== undefined) this.#steps.push({ node, backward: differentiate(node, this) });
    else if (node.outputs.some((value) => this.#wanted.has(value))) {
      throw new NoGradientRule(node);
    } else this.keep(node);
  }

  /** Adds a node of the model's graph for an engine that finds gradients by itself. */
  forwardOnly(node: Node): void {
    this.layer = node.layer;
    const inTraining = operatorFor(node)?.inTraining;
    if (inTraining) inTraining(node, this);
    else this.keep(node);
  }

  /** Goes back from the given gradients (value to gradient) and returns the gradients of the trained weights. */
  backward(seeds: ReadonlyMap<string, string>): Map<string, string> {
    const gradients = new Map<string, string[]>();
    for (const [value, gradient] of seeds) gradients.set(value, [gradient]);
    for (const { node, backward } of this.#steps.reverse()) {
      this.layer = node.layer;
      const outgoing = node.outputs.map((value) => this.#sum(gradients.get(value)));
      if (outgoing.every((gradient) => gradient === undefined)) continue;
      backward(outgoing as string[]).forEach((gradient, i) => {
        const value = node.inputs[i];
        if (gradient !== undefined && value) gradients.set(value, [...(gradients.get(value) ?? []), gradient]);
      });
    }
    const result = new Map<string, string>();
    for (const [value, parts] of gradients) {
      const sum = this.#sum(parts);
      if (sum !== undefined) result.set(value, sum);
    }
    return result;
  }

  #sum(parts: readonly string[] = []): string | undefined {
    return parts.length < 2 ? parts[0] : this.op('Sum', parts);
  }

  keep(node: Node): void {
    this.nodes.push(node);
  }

  mask(shape: readonly number[], rate: number): string {
    const name = `training/mask_${this.masks.length}`;
    this.masks.push({ name, shape, rate });
    return name;
  }

  update(weight: string, value: string): void {
    this.updates.set(weight, value);
  }

  /** The inputs that the masks add. */
  maskInputs(): Value[] {
    return this.masks.map(({ name, shape }) => ({ name, type: 'float32', shape }));
  }
}
