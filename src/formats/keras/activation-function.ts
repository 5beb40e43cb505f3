// Keras' activation functions by name, as nodes. https://keras.io/api/layers/activations
import type { GraphBuilder } from '../../ops/builder';
import { type Activation, eachElement, firstOf, fromFirst, fromLast, lastOf } from './activation';
import { isRecord, type LayerConfig, show } from './config';

type Apply = (builder: GraphBuilder, x: string) => string;

const FUNCTIONS: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ['linear', (_, x) => x],
  ['relu', (builder, x) => builder.op('Relu', [x])],
  ['relu6', (builder, x) => builder.op('Clip', [x, builder.float(0), builder.float(6)])],
  ['elu', (builder, x) => builder.op('Elu', [x], { alpha: 1 })],
  ['selu', (builder, x) => builder.op('Selu', [x])],
  ['sigmoid', (builder, x) => builder.op('Sigmoid', [x])],
  // tfjs and Keras 2: 0.2 x + 0.5.
  ['hard_sigmoid', (builder, x) => builder.op('HardSigmoid', [x], { alpha: 0.2, beta: 0.5 })],
  ['tanh', (builder, x) => builder.op('Tanh', [x])],
  ['softplus', (builder, x) => builder.op('Softplus', [x])],
  ['softsign', (builder, x) => builder.op('Softsign', [x])],
  ['swish', (builder, x) => builder.op('Mul', [x, builder.op('Sigmoid', [x])])],
  ['silu', (builder, x) => builder.op('Mul', [x, builder.op('Sigmoid', [x])])],
  ['mish', (builder, x) => builder.op('Mul', [x, builder.op('Tanh', [builder.op('Softplus', [x])])])],
  ['gelu', gelu],
  ['gelu_new', geluByTanh],
]);

/** Names that tfjs writes in camel case. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['hardSigmoid', 'hard_sigmoid'],
  ['logSoftmax', 'log_softmax'],
  ['geluNew', 'gelu_new'],
]);

/** The activation that a config names; absent or null is linear. */
export function activate(config: LayerConfig, builder: GraphBuilder, value: Activation): Activation {
  return applyActivation(config, builder, value, nameOf(config));
}

export function applyActivation(
  config: LayerConfig,
  builder: GraphBuilder,
  value: Activation,
  name: string,
): Activation {
  if (name === 'softmax') return alongChannels(builder, value, 'Softmax');
  if (name === 'log_softmax') return alongChannels(builder, value, 'LogSoftmax');
  const apply = FUNCTIONS.get(name);
  if (apply === undefined) config.fail(`the activation "${name}" is not known`);
  return eachElement(builder, value, (x) => apply(builder, x));
}

/** Softmax works over Keras' last axis, which is axis 1 in the other layout. */
export function alongChannels(builder: GraphBuilder, value: Activation, type: 'Softmax' | 'LogSoftmax'): Activation {
  return value.first !== undefined && value.last === undefined
    ? fromFirst(builder, builder.op(type, [firstOf(builder, value)], { axis: 1 }))
    : fromLast(builder, builder.op(type, [lastOf(builder, value)], { axis: -1 }));
}

/** A name, or what Keras 3 and tfjs write for one: {class_name: …}. */
function nameOf(config: LayerConfig): string {
  let value: unknown = config.fields.activation ?? 'linear';
  if (isRecord(value)) value = value.class_name ?? value.className;
  if (typeof value !== 'string') config.fail(`activation must be a name, it is ${show(config.fields.activation)}`);
  return ALIASES.get(value) ?? value;
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
