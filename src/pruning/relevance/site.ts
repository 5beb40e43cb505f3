// Where in the graph a layer's channels are observed: before and after its activation function, whatever the axis they
// lie on. A value carries them where the elements of one of its axes are these channels, in order.
import type { Node } from '../../model/graph';
import type { Model } from '../../model/model';
import { needed } from '../../model/needed';
import { operatorFor } from '../../ops/index';
import { shapeOf } from '../../ops/infer';
import type { Axis } from '../../ops/operator';
import type { Channels } from '../channels';
import { fixedValues } from '../fixed-values';
import type { LayerChannels } from '../layer-channels';
import { countedValue, findMaxouts, type Maxout, NEURON_AXIS } from '../maxout';
import type { Observed, Site } from './measure';

export class Sites {
  readonly #readers = new Map<string, Node[]>();
  readonly #makers = new Map<string, Node>();
  readonly #outputs: ReadonlySet<string>;
  /** Values made of weights and constants alone. */
  readonly #fixed: ReadonlySet<string>;
  readonly #maxouts: readonly Maxout[];

  /** @param k neurons that compete as a unit where there is no maxout. */
  constructor(
    private readonly model: Model,
    private readonly channels: Channels,
    private readonly k: number,
  ) {
    const { graph } = model;
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    this.#fixed = fixedValues(graph);
    this.#maxouts = findMaxouts(model);
    // What nobody needs says nothing: the sequence of an LSTM of which only the last state is read.
    for (const node of needed(graph).nodes) {
      for (const value of node.outputs) this.#makers.set(value, node);
      for (const value of new Set(node.inputs)) {
        const readers = this.#readers.get(value);
        if (readers) readers.push(node);
        else this.#readers.set(value, [node]);
      }
    }
  }

  siteOf({ output: made, channels }: LayerChannels): Site {
    const output = this.#used(made);
    const maxout = this.#maxouts.find(({ input }) => this.#madeBehind(input) === output.value);
    const before = maxout
      ? { value: countedValue(this.model.graph, maxout.input), axis: NEURON_AXIS }
      : (this.#affinePath(output).at(-1)?.made ?? output);
    const after = this.#end(before, (node) => this.#isActivation(node));
    const read = this.#end(after, (node) => this.#isActivation(node) || this.#isAffine(node));
    const observed = (axis: Axis): Observed => ({ ...axis, shape: shapeOf(this.channels.shapes, axis.value) });
    return {
      before: observed(before),
      after: observed(after),
      read: observed(read),
      channels: channels.length,
      neurons: maxout?.neurons ?? this.k,
      ...(maxout && { maxout: maxout.layer.name }),
    };
  }

  /** The output itself, or another of the same node that carries the channels, where that alone is read. */
  #used(output: Axis): Axis {
    if (this.#readers.has(output.value) || this.#outputs.has(output.value)) return output;
    const node = this.#makers.get(output.value);
    const others = node?.outputs.filter((value) => this.#readers.has(value) || this.#outputs.has(value)) ?? [];
    return others.map((value) => this.#carried(output, value)).find((axis) => axis !== undefined) ?? output;
  }

  /** The BatchNormalization behind the kernel, if any. */
  normalizationOf({ output }: LayerChannels): Node | undefined {
    return this.#affinePath(this.#used(output)).find(({ node }) => node.type === 'BatchNormalization')?.node;
  }

  /** What only scales and shifts each channel, or moves its axis, behind the kernel: it belongs to the pre-activation. */
  #affinePath(from: Axis): { node: Node; made: Axis }[] {
    const path: { node: Node; made: Axis }[] = [];
    for (let current = from; ; ) {
      const [next, ...others] = this.#readers.get(current.value) ?? [];
      if (!next || others.length > 0 || this.#outputs.has(current.value)) return path;
      const made = this.#isAffine(next) ? this.#carried(current, next.outputs[0] ?? '') : undefined;
      if (made === undefined) return path;
      path.push({ node: next, made });
      current = made;
    }
  }

  #isAffine({ type, inputs }: Node): boolean {
    if (type === 'BatchNormalization' || LAYOUT.has(type)) return true;
    return SCALING.has(type) && inputs.some((value) => this.#fixed.has(value));
  }

  /** A function of one channel's value alone: no weights of its own but slopes. */
  #isActivation(node: Node): boolean {
    return operatorFor(node)?.pointwise === true && node.inputs.every((value) => !this.#isTrained(value, node));
  }

  /** PRelu has a slope a channel; any other weight scales or shifts, which is not the activation's part. */
  #isTrained(value: string, { type }: Node): boolean {
    const size = this.#fixed.has(value) ? this.channels.shapes.get(value) : undefined;
    return type !== 'PRelu' && size !== undefined && size.some((length) => length !== 1);
  }

  /** The axis of a value that carries the same channels. */
  #carried(from: Axis, value: string): Axis | undefined {
    const wanted = this.channels.of(from.value, from.axis);
    const shape = this.channels.shapes.get(value);
    if (wanted === undefined || shape === undefined) return undefined;
    const axis = shape.findIndex((size, i) => {
      const own = size === wanted.length ? this.channels.of(value, i) : undefined;
      return own === wanted;
    });
    return axis < 0 ? undefined : { value, axis };
  }

  /**
   * The last value that everything made of `from` by such nodes goes through before anything else reads it: the end of
   * an activation function, be it one node (Relu) or several (x × sigmoid(x)).
   */
  #end(from: Axis, belongs: (node: Node) => boolean): Axis {
    const region = this.#region(from, belongs);
    const exits = [...region.values()].filter(({ value }) => this.#isReadOutside(value, region));
    const [first] = exits;
    if (first === undefined || first.value === from.value) return from;
    // Whatever else is read must come from the first, or part of the channels' way leads around it.
    const around = this.#region(from, belongs, first.value);
    return exits.some(({ value }) => value !== first.value && around.has(value)) ? from : first;
  }

  /** What is made of `from` alone by such nodes, in the graph's order. */
  #region(from: Axis, belongs: (node: Node) => boolean, without?: string): Map<string, Axis> {
    const region = new Map([[from.value, from]]);
    const waiting = [...(this.#readers.get(from.value) ?? [])];
    for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
      const [value = ''] = node.outputs;
      if (region.has(value) || value === without || !belongs(node)) continue;
      if (!node.inputs.every((input) => input === '' || region.has(input) || this.#fixed.has(input))) continue;
      const source = region.get(node.inputs.find((input) => region.has(input)) ?? '');
      const made = source && this.#carried(source, value);
      if (made === undefined) continue;
      region.set(value, made);
      waiting.push(...(this.#readers.get(value) ?? []));
    }
    return region;
  }

  #isReadOutside(value: string, region: ReadonlyMap<string, Axis>): boolean {
    if (this.#outputs.has(value)) return true;
    return (this.#readers.get(value) ?? []).some(({ outputs }) => !region.has(outputs[0] ?? ''));
  }

  /** From what a maxout reads back to the value the kernel makes: through all that works on each channel by itself. */
  #madeBehind(value: string): string {
    const node = this.#makers.get(value);
    if (node === undefined) return value;
    const channelwise = this.#isAffine(node) || POOLS.has(node.type) || operatorFor(node)?.monotone?.(node);
    return channelwise ? this.#madeBehind(node.inputs[0] ?? '') : value;
  }
}

const LAYOUT: ReadonlySet<string> = new Set(['Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Identity']);
const SCALING: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div']);
const POOLS: ReadonlySet<string> = new Set(['MaxPool', 'AveragePool']);
