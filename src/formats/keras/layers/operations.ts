// Operations that stand among a model's layers: x + y in a functional model. Keras 3 writes its own (ops.Add), Keras 2
// TensorFlow's (TFOpLambda, with the function's name).

import { type Activation, eachElement, firstOf, fromFirst, fromLast, lastOf } from '../activation';
import { activationFunction } from '../activation-function';
import { TensorRef } from '../calls';
import type { LayerContext, LayerFamily } from '../family';
import { joined } from './merge';

/** ONNX operators of two operands, by Keras 3's class in lower case. */
const BINARY: Readonly<Record<string, string>> = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  truedivide: 'Div',
  maximum: 'Max',
  minimum: 'Min',
  power: 'Pow',
  matmul: 'MatMul',
};

const UNARY: Readonly<Record<string, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  abs: 'Abs',
  absolute: 'Abs',
  negative: 'Neg',
  softplus: 'Softplus',
  softsign: 'Softsign',
  identity: 'Identity',
  stopgradient: 'Identity',
};

const REDUCTIONS: Readonly<Record<string, string>> = {
  mean: 'ReduceMean',
  reducemean: 'ReduceMean',
  sum: 'ReduceSum',
  reducesum: 'ReduceSum',
  max: 'ReduceMax',
  reducemax: 'ReduceMax',
  // Of a mask, which is of ones and zeros here.
  any: 'ReduceMax',
};

export const operations: LayerFamily = {
  classes: [
    ...['Add', 'Subtract', 'Multiply', 'Divide', 'TrueDivide', 'Maximum', 'Minimum', 'Power', 'Matmul', 'Concatenate'],
    ...['Relu', 'Sigmoid', 'Tanh', 'Exp', 'Log', 'Sqrt', 'Abs', 'Absolute', 'Negative', 'Square', 'Softmax', 'Silu'],
    ...['Softplus', 'Softsign', 'Relu6', 'Identity', 'StopGradient', 'Mean', 'Sum', 'Max', 'Reshape', 'Transpose'],
    ...['ExpandDims', 'Squeeze', 'NotEqual', 'Any', 'Gelu', 'LeakyRelu', 'Clip', 'Swapaxes'],
  ].map((name) => `ops.${name}`),
  read: (context) => read(context, context.config.className.replace('ops.', '').toLowerCase()),
};

export const tensorflowOperation: LayerFamily = {
  classes: ['TFOpLambda', 'TensorFlowOpLayer'],
  read(context) {
    const name = context.config.text('function', '').split('.').at(-1) ?? '';
    const known = TENSORFLOW[name] ?? name;
    return read(context, known.replaceAll('_', '').toLowerCase());
  },
};

/** Names that TensorFlow gives otherwise. */
const TENSORFLOW: Readonly<Record<string, string>> = {
  sub: 'subtract',
  mul: 'multiply',
  truediv: 'divide',
  concat: 'concatenate',
  pow: 'power',
};

function read(context: LayerContext, name: string): Activation {
  const { builder, config, inputs } = context;
  const own = <T>(table: Readonly<Record<string, T>>): T | undefined =>
    Object.hasOwn(table, name) ? table[name] : undefined;
  const [x] = inputs;
  if (x === undefined) return config.unknown(`the operation ${name} of no tensor`);
  const binary = own(BINARY);
  if (binary !== undefined) return binaryOf(context, binary);
  const unary = own(UNARY);
  if (unary !== undefined) return eachElement(builder, x, (value) => builder.op(unary, [value]));
  const reduction = own(REDUCTIONS);
  if (reduction !== undefined) return reduced(context, reduction, x);
  const last = (): string => lastOf(builder, x);
  switch (name) {
    // A mask, of ones and zeros.
    case 'notequal':
      return fromLast(
        builder,
        builder.op('Cast', [builder.op('Not', [lastOf(builder, binaryOf(context, 'Equal'))])], { to: 1 }),
      );
    case 'square':
      return eachElement(builder, x, (value) => builder.op('Mul', [value, value]));
    case 'relu6':
      return eachElement(builder, x, (value) => builder.op('Clip', [value, builder.float(0), builder.float(6)]));
    case 'silu':
    case 'swish':
      return eachElement(builder, x, (value) => builder.op('Mul', [value, builder.op('Sigmoid', [value])]));
    case 'gelu': {
      // Keras 3's operation approximates unless told otherwise, TensorFlow's does not.
      const approximate = settingOf(context, 'approximate') ?? context.dialect === 'keras3';
      const gelu = activationFunction(context, approximate === true ? 'gelu_new' : 'gelu');
      return eachElement(builder, x, gelu);
    }
    case 'leakyrelu': {
      const alpha = numberOf(context, 'negative_slope', numberOf(context, 'alpha', 0.2));
      return eachElement(builder, x, (value) => builder.op('LeakyRelu', [value], { alpha }));
    }
    case 'clip': {
      const [low, high] = ['x_min', 'x_max'].map((own) => numberOf(context, own, Number.NaN)) as [number, number];
      if (Number.isNaN(low) || Number.isNaN(high)) return config.unknown('a clip without both limits');
      return eachElement(builder, x, (value) => builder.op('Clip', [value, builder.float(low), builder.float(high)]));
    }
    case 'swapaxes': {
      const perm = x.shape.map((_, axis) => axis);
      const [a, b] = ['axis1', 'axis2'].map((own) => perm.at(numberOf(context, own, 0)));
      if (a === undefined || b === undefined) return config.unknown(`axes that [${x.shape.join(', ')}] does not have`);
      [perm[a], perm[b]] = [b, a];
      return fromLast(builder, builder.op('Transpose', [last()], { perm }));
    }
    case 'softmax':
      return fromLast(builder, builder.op('Softmax', [last()], { axis: numberOf(context, 'axis', -1) }));
    case 'concatenate':
      return joined(context, numberOf(context, 'axis', -1));
    case 'reshape':
      return fromLast(builder, builder.op('Reshape', [last(), builder.ints(target(context))]));
    case 'transpose':
      return fromLast(builder, builder.op('Transpose', [last()], { perm: numbers(context, 'axes', 'perm') }));
    case 'expanddims':
      return fromLast(builder, builder.op('Unsqueeze', [last(), builder.ints(numbers(context, 'axis'))]));
    case 'squeeze':
      return fromLast(builder, builder.op('Squeeze', [last(), builder.ints(numbers(context, 'axis'))]));
    default:
      return config.unknown(`the operation ${name}`);
  }
}

/** Operands are tensors or numbers. */
function binaryOf(context: LayerContext, type: string): Activation {
  const { builder, config, inputs, call } = context;
  const given = [...call.args, ...['x', 'y', 'x1', 'x2', 'a', 'b'].map((name) => call.kwargs[name])];
  const operands = given.flatMap((value) => (value instanceof TensorRef || typeof value === 'number' ? [value] : []));
  if (operands.length !== 2) return config.unknown('operands other than tensors and numbers');
  const tensors = [...inputs];
  const rank = inputs[0]?.shape.length;
  const first =
    type !== 'MatMul' &&
    inputs.every(({ shape }) => shape.length === rank) &&
    inputs.some((value) => value.first !== undefined);
  const values = operands.map((operand) => {
    if (typeof operand === 'number') return builder.float(operand);
    const tensor = tensors.shift() as Activation;
    return first ? firstOf(builder, tensor) : lastOf(builder, tensor);
  });
  const result = builder.op(type, values);
  return first ? fromFirst(builder, result) : fromLast(builder, result);
}

function reduced(context: LayerContext, type: string, x: Activation): Activation {
  const { builder, config } = context;
  const keep = settingOf(context, 'keepdims') === true || settingOf(context, 'keep_dims') === true;
  const axes = numbers(context, 'axis').map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  if (axes.includes(0)) return config.unknown('a reduction over samples');
  return fromLast(builder, builder.op(type, [lastOf(builder, x), builder.ints(axes)], { keepdims: keep ? 1 : 0 }));
}

/** What an operation was made with, or is called with. */
function settingOf({ config, call }: LayerContext, name: string): unknown {
  return config.fields[name] ?? call.kwargs[name];
}

function numberOf(context: LayerContext, name: string, fallback: number): number {
  const value = settingOf(context, name) ?? fallback;
  return typeof value === 'number' ? value : context.config.unknown(`${name} ${JSON.stringify(value)}`);
}

function numbers(context: LayerContext, ...names: readonly string[]): number[] {
  const positional = context.call.args.find(
    (value) => Array.isArray(value) && value.every((n) => typeof n === 'number'),
  );
  const value = names.map((name) => settingOf(context, name)).find((own) => own != null) ?? positional;
  const list = [value].flat();
  if (!list.every((own) => Number.isInteger(own)))
    return context.config.unknown(`${names[0]} ${JSON.stringify(value)}`);
  return list as number[];
}

/** A shape with the batch, whose open size takes what is left. */
function target(context: LayerContext): number[] {
  const shape = numbers(context, 'newshape', 'shape');
  const [batch = -1, ...others] = shape;
  return batch === -1 && !others.includes(-1) ? [-1, ...others] : shape;
}
