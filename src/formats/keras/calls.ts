// The calls of a layer, as Keras 1, 2 and 3 write them: inbound_nodes.
import { ModelError } from '../../errors';
import { isRecord, show } from './config';

/** What one call of a layer made: its n-th output. */
export class TensorRef {
  constructor(
    readonly layer: string,
    readonly call: number,
    readonly output: number,
    /** As the file states it beside the reference: Keras 3 does. Untrusted. */
    readonly shape?: unknown,
  ) {}
}

/** Arguments are JSON in which a TensorRef stands for a tensor. */
export interface Call {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Every tensor among them, positional ones first. */
  readonly inputs: readonly TensorRef[];
}

/** @param nodes inbound_nodes, untrusted. */
export function inboundCalls(name: string, nodes: unknown): Call[] {
  if (nodes === undefined || nodes === null || (Array.isArray(nodes) && nodes.length === 0)) return [];
  if (!Array.isArray(nodes)) throw new ModelError(`layer "${name}": inbound_nodes is not a list`, { layer: name });
  return nodes.map((node) => {
    if (isRecord(node) && Array.isArray(node.args)) return kerasThree(name, node);
    if (Array.isArray(node)) return kerasTwo(name, node);
    throw new ModelError(`layer "${name}": inbound_nodes holds ${show(node)}, not a list of tensors`, { layer: name });
  });
}

/** {args, kwargs}, in which a tensor is {class_name: "__keras_tensor__", config: {keras_history: [layer, call, output]}}. */
function kerasThree(name: string, node: Record<string, unknown>): Call {
  const read = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(read);
    if (!isRecord(value)) return value;
    if (value.class_name === '__keras_tensor__') {
      const history = isRecord(value.config) ? value.config.keras_history : undefined;
      const ref = reference(history, isRecord(value.config) ? value.config.shape : undefined);
      if (ref === undefined)
        throw new ModelError(`layer "${name}": inbound_nodes holds ${show(value)}`, { layer: name });
      return ref;
    }
    return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, read(own)]));
  };
  return call((node.args as unknown[]).map(read), read(node.kwargs ?? {}) as Record<string, unknown>);
}

/** [[layer, call, output, kwargs], …]; in the kwargs a tensor is [layer, call, output]. */
function kerasTwo(name: string, node: readonly unknown[]): Call {
  // A layer with one argument in Keras 2 may have that argument alone, not in a list.
  const listed = typeof node[0] === 'string' ? [node] : node;
  const positional = listed.map((tensor) => {
    if (Array.isArray(tensor) && tensor[0] === '_CONSTANT_VALUE') return tensor[2];
    const ref = Array.isArray(tensor) ? reference(tensor) : undefined;
    if (ref === undefined)
      throw new ModelError(`layer "${name}": inbound_nodes holds ${show(tensor)}, not [name, node, tensor]`, {
        layer: name,
      });
    return ref;
  });
  const kwargs = (listed as unknown[][]).map((tensor) => tensor[3]).find((value) => isRecord(value)) ?? {};
  const read = (value: unknown): unknown => {
    const ref = Array.isArray(value) && value.length === 3 ? reference(value) : undefined;
    return ref ?? (Array.isArray(value) ? value.map(read) : value);
  };
  const named = Object.entries(kwargs).map(([key, value]): [string, unknown] => [key, read(value)]);
  return call(positional, Object.fromEntries(named));
}

/** [layer, call, output], or nothing. */
function reference(value: unknown, shape?: unknown): TensorRef | undefined {
  if (!Array.isArray(value) || value.length < 3) return undefined;
  const [layer, call, output] = value;
  if (typeof layer !== 'string' || !isIndex(call) || !isIndex(output)) return undefined;
  return new TensorRef(layer, call, output, shape);
}

function isIndex(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** The tensors of input_layers or output_layers: one triple, a list of them, or a record of them by name. */
export function tensorsOf(value: unknown): TensorRef[] | undefined {
  const single = reference(value);
  if (single !== undefined) return [single];
  const parts = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : undefined;
  const read = parts?.map(tensorsOf);
  return read?.every((part) => part !== undefined) ? read.flat() : undefined;
}

function call(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): Call {
  return { args, kwargs, inputs: [...tensorsWithin(args), ...tensorsWithin(kwargs)] };
}

/** Every TensorRef within, in order. */
export function tensorsWithin(value: unknown): TensorRef[] {
  if (value instanceof TensorRef) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsWithin);
  return isRecord(value) ? Object.values(value).flatMap(tensorsWithin) : [];
}

/** The call with other tensors in the places of its own. */
export function mapCall(call: Call, change: (ref: TensorRef) => TensorRef): Call {
  const within = (value: unknown): unknown => {
    if (value instanceof TensorRef) return change(value);
    if (Array.isArray(value)) return value.map(within);
    return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, own]) => [key, within(own)])) : value;
  };
  return {
    args: call.args.map(within),
    kwargs: within(call.kwargs) as Call['kwargs'],
    inputs: call.inputs.map(change),
  };
}
