// Keras' activation functions by name, as nodes. https://keras.io/api/layers/activations
import type { GraphBuilder } from '../../ops/builder';
import { type Activation, eachElement, firstOf, fromFirst, fromLast, lastOf } from './activation';
import { isRecord, type LayerConfig, show } from './config';
import type { LayerContext } from './family';
import { addOpaque } from './opaque';

type Apply = (builder: GraphBuilder, x: string) => string;

const FUNCTIONS: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ['linear', (_, x) => x],
  ['relu', (builder, x) => builder.op('Relu', [x])],
  ['relu6', (builder, x) => builder.op('Clip', [x, builder.float(0), builder.float(6)])],
  ['leaky_relu', (builder, x) => builder.op('LeakyRelu', [x], { alpha: 0.2 })],
  ['elu', (builder, x) => builder.op('Elu', [x], { alpha: 1 })],
  ['celu', (builder, x) => builder.op('Elu', [x], { alpha: 1 })],
  ['selu', (builder, x) => builder.op('Selu', [x])],
  ['sigmoid', (builder, x) => builder.op('Sigmoid', [x])],
  ['log_sigmoid', (builder, x) => negative(builder, builder.op('Softplus', [negative(builder, x)]))],
  // tfjs and Keras 2: 0.2 x + 0.5.
  ['hard_sigmoid', (builder, x) => builder.op('HardSigmoid', [x], { alpha: 0.2, beta: 0.5 })],
  ['tanh', (builder, x) => builder.op('Tanh', [x])],
  ['hard_tanh', (builder, x) => builder.op('Clip', [x, builder.float(-1), builder.float(1)])],
  ['tanh_shrink', (builder, x) => builder.op('Sub', [x, builder.op('Tanh', [x])])],
  ['exponential', (builder, x) => builder.op('Exp', [x])],
  ['softplus', (builder, x) => builder.op('Softplus', [x])],
  ['softsign', (builder, x) => builder.op('Softsign', [x])],
  ['swish', (builder, x) => builder.op('Mul', [x, builder.op('Sigmoid', [x])])],
  ['silu', (builder, x) => builder.op('Mul', [x, builder.op('Sigmoid', [x])])],
  ['hard_silu', hardSilu],
  ['hard_swish', hardSilu],
  ['mish', (builder, x) => builder.op('Mul', [x, builder.op('Tanh', [builder.op('Softplus', [x])])])],
  ['gelu', gelu],
  ['gelu_new', geluByTanh],
  ['squareplus', squarePlus],
  ['sparse_plus', sparsePlus],
  ['sparse_sigmoid', (builder, x) => builder.op('HardSigmoid', [x], { alpha: 0.5, beta: 0.5 })],
  ['hard_shrink', hardShrink],
  ['soft_shrink', (builder, x) => builder.op('Sub', [x, clipped(builder, x, 0.5)])],
]);

/** Where Keras 3 computes something else under the same name. */
const KERAS_3: ReadonlyMap<string, Apply> = new Map([['hard_sigmoid', hardSigmoid]]);

/** Names that tfjs writes in camel case. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['hardSigmoid', 'hard_sigmoid'],
  ['logSoftmax', 'log_softmax'],
  ['geluNew', 'gelu_new'],
]);

type Reading = Pick<LayerContext, 'config' | 'builder' | 'dialect'>;

/** The activation that a config names; absent or null is linear. A function nobody here knows stays opaque. */
export function activate(context: LayerContext, value: Activation): Activation {
  const { builder, config } = context;
  const stated = config.fields.activation;
  if (isRecord(stated) && LAYERS.has(stated.class_name ?? stated.className)) {
    const json = { class_name: stated.class_name ?? stated.className, config: stated.config ?? {} };
    const [made = value] = context.wrapped({ attribute: 'activation', name: '' }, json, [value]);
    return made;
  }
  // Keras 3 writes a function without a name as its compiled code, which nobody here runs.
  const name = isLambda(stated) ? 'lambda' : activationName(config, 'activation', 'linear');
  if (name === 'softmax') return alongChannels(builder, value, 'Softmax');
  if (name === 'log_softmax') return alongChannels(builder, value, 'LogSoftmax');
  const apply = functionNamed(context, name);
  if (apply !== undefined) return eachElement(builder, value, (x) => apply(builder, x));
  context.warn(`its activation "${name}" is opaque, what it touches can't be pruned: Neuron Pruner does not know it`);
  const [made = value] = addOpaque(builder, name, [lastOf(builder, value)], [value.shape]);
  return made;
}

function isLambda(stated: unknown): boolean {
  if (!isRecord(stated)) return false;
  const { class_name: name, value } = stated;
  return name === '__lambda__' || (name === undefined && Array.isArray(value));
}

/** Activation layers that stand where a function may. */
const LAYERS: ReadonlySet<unknown> = new Set(['ReLU', 'LeakyReLU', 'ELU', 'PReLU', 'Softmax', 'ThresholdedReLU']);

/** A function of one value by its name. */
export function activationFunction(context: Reading, name: string): (x: string) => string {
  const apply = functionNamed(context, name);
  if (apply === undefined) return context.config.unknown(`its activation "${name}"`);
  return (x) => apply(context.builder, x);
}

function functionNamed({ dialect }: Reading, name: string): Apply | undefined {
  return (dialect === 'keras3' ? KERAS_3.get(name) : undefined) ?? FUNCTIONS.get(name);
}

/** Softmax works over Keras' last axis, which is axis 1 in the other layout. */
export function alongChannels(builder: GraphBuilder, value: Activation, type: 'Softmax' | 'LogSoftmax'): Activation {
  return value.first !== undefined && value.last === undefined
    ? fromFirst(builder, builder.op(type, [firstOf(builder, value)], { axis: 1 }))
    : fromLast(builder, builder.op(type, [lastOf(builder, value)], { axis: -1 }));
}

/** A name, or what Keras 3 and tfjs write for one: {class_name: …}, {class_name: "function", config: …}. */
export function activationName(config: LayerConfig, field: string, fallback: string): string {
  let value: unknown = config.fields[field] ?? fallback;
  if (isRecord(value)) {
    const className = value.class_name ?? value.className;
    value = className === 'function' ? value.config : className;
  }
  if (isRecord(value) || Array.isArray(value)) return config.unknown(`${field} ${show(config.fields[field])}`);
  if (typeof value !== 'string') config.fail(`${field} must be a name, it is ${show(config.fields[field])}`);
  return ALIASES.get(value) ?? value;
}

function negative(builder: GraphBuilder, x: string): string {
  return builder.op('Mul', [x, builder.float(-1)]);
}

/** max(0, min(1, x/6 + 1/2)). */
function hardSigmoid(builder: GraphBuilder, x: string): string {
  return builder.op('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 });
}

function hardSilu(builder: GraphBuilder, x: string): string {
  return builder.op('Mul', [x, hardSigmoid(builder, x)]);
}

/** x/2 × (1 + erf(x / √2)). */
function gelu(builder: GraphBuilder, x: string): string {
  const error = builder.op('Erf', [builder.op('Mul', [x, builder.float(Math.SQRT1_2)])]);
  return builder.op('Mul', [builder.op('Mul', [x, builder.float(0.5)]), builder.op('Add', [error, builder.float(1)])]);
}

/** x/2 × (1 + tanh(√(2/π) (x + 0.044715 x³))). */
function geluByTanh(builder: GraphBuilder, x: string): string {
  const cube = builder.op('Mul', [builder.op('Mul', [x, x]), x]);
  const sum = builder.op('Add', [x, builder.op('Mul', [cube, builder.float(0.044715)])]);
  const bend = builder.op('Tanh', [builder.op('Mul', [sum, builder.float(Math.sqrt(2 / Math.PI))])]);
  return builder.op('Mul', [builder.op('Mul', [x, builder.float(0.5)]), builder.op('Add', [bend, builder.float(1)])]);
}

/** (x + √(x² + 4)) / 2. */
function squarePlus(builder: GraphBuilder, x: string): string {
  const root = builder.op('Sqrt', [builder.op('Add', [builder.op('Mul', [x, x]), builder.float(4)])]);
  return builder.op('Mul', [builder.op('Add', [x, root]), builder.float(0.5)]);
}

/** 0 up to −1, x from 1 on, (x + 1)² / 4 between. */
function sparsePlus(builder: GraphBuilder, x: string): string {
  const bend = builder.op('Add', [clipped(builder, x, 1), builder.float(1)]);
  const quarter = builder.op('Mul', [builder.op('Mul', [bend, bend]), builder.float(0.25)]);
  return builder.op('Add', [quarter, builder.op('Relu', [builder.op('Sub', [x, builder.float(1)])])]);
}

/** x where it is farther from zero than a half, else 0. */
function hardShrink(builder: GraphBuilder, x: string): string {
  const far = builder.op('Greater', [builder.op('Abs', [x]), builder.float(0.5)]);
  return builder.op('Where', [far, x, builder.float(0)]);
}

function clipped(builder: GraphBuilder, x: string, limit: number): string {
  return builder.op('Clip', [x, builder.float(-limit), builder.float(limit)]);
}
