// Operations element by element: arithmetic, comparisons, logic, activation functions.
import { type Activation, eachElement, fromFirst, fromLast, lastOf } from '../../activation';
import { activationFunction } from '../../activation-function';
import type { LayerContext } from '../../family';
import {
  axisOf,
  FLOAT,
  fromTruth,
  INT64,
  isConstant,
  numberOf,
  type Operation,
  type Operations,
  operandOf,
  settingOf,
  tensorOf,
  truth,
  valuesOf,
} from './settings';

type Apply = (context: LayerContext, x: string) => string;

const each = (apply: Apply): Operation => ({
  read: (context) => eachElement(context.builder, tensorOf(context), (x) => apply(context, x)),
});

const op = (type: string): Operation => each(({ builder }, x) => builder.op(type, [x]));

/** A function that layers know by name. */
const named = (name: string): Operation => each((context, x) => activationFunction(context, name)(x));

type Combine = (context: LayerContext, a: string, b: string) => string;

const binary = (combine: Combine): Operation => ({
  read(context) {
    const operands = [operandOf(context, 0, 'x', 'x1', 'a'), operandOf(context, 1, 'y', 'x2', 'b')];
    return combined(context, operands, ([a = '', b = '']) => combine(context, a, b));
  },
});

function combined(
  context: LayerContext,
  operands: Parameters<typeof valuesOf>[1],
  combine: (values: readonly string[]) => string,
): Activation {
  if (operands.every(isConstant)) return context.config.unknown('an operation of constants alone');
  const { values, first } = valuesOf(context, operands);
  const result = combine(values);
  return first ? fromFirst(context.builder, result) : fromLast(context.builder, result);
}

const arithmetic = (type: string): Operation => binary(({ builder }, a, b) => builder.op(type, [a, b]));

/** @param not whether the opposite is meant. */
const comparison = (type: string, not = false): Operation =>
  binary((context, a, b) => {
    const holds = context.builder.op(type, [a, b]);
    return fromTruth(context, not ? context.builder.op('Not', [holds]) : holds);
  });

const logic = (type: string): Operation =>
  binary((context, a, b) => fromTruth(context, context.builder.op(type, [truth(context, a), truth(context, b)])));

/** Downwards, as Python divides whole numbers. */
const floorDivide: Combine = ({ builder }, a, b) => builder.op('Floor', [builder.op('Div', [a, b])]);

const times = (factor: number): Apply => {
  return ({ builder }, x) => builder.op('Mul', [x, builder.float(factor)]);
};

const where: Operation = {
  read(context) {
    const operands = [
      operandOf(context, 0, 'condition'),
      operandOf(context, 1, 'x', 'x1'),
      operandOf(context, 2, 'y', 'x2'),
    ];
    return combined(context, operands, ([condition = '', x = '', y = '']) =>
      context.builder.op('Where', [truth(context, condition), x, y]),
    );
  },
};

const clip = each((context, x) => {
  const { builder, config } = context;
  const limit = (...names: readonly string[]): number => numberOf(context, Number.NaN, ...names);
  const [low, high] = [limit('x_min', 'clip_value_min'), limit('x_max', 'clip_value_max')];
  if (Number.isNaN(low) || Number.isNaN(high)) return config.unknown('a clip without both limits');
  return builder.op('Clip', [x, builder.float(low), builder.float(high)]);
});

/** Every number is a float here: what is cast to whole ones loses what is behind the point. */
const cast = each((context, x) => {
  const { builder, config } = context;
  const type = String(settingOf(context, 'dtype') ?? context.call.args[1] ?? '').replace(/^.*\./, '');
  if (type === 'bool') return fromTruth(context, truth(context, x));
  if (/^u?int\d+$/.test(type)) return builder.op('Cast', [builder.op('Cast', [x], { to: INT64 })], { to: FLOAT });
  return /^b?float\d*$/.test(type) ? builder.op('Identity', [x]) : config.unknown(`a cast to ${type}`);
});

const gelu = each((context, x) => {
  // Keras 3's operation approximates unless told otherwise, TensorFlow's does not.
  const approximate = settingOf(context, 'approximate') ?? context.dialect === 'keras3';
  return activationFunction(context, approximate === true ? 'gelu_new' : 'gelu')(x);
});

const leakyRelu = each((context, x) =>
  context.builder.op('LeakyRelu', [x], { alpha: numberOf(context, 0.2, 'negative_slope', 'alpha') }),
);

const softShrink = each((context, x) => {
  const { builder } = context;
  const limit = numberOf(context, 0.5, 'threshold');
  return builder.op('Sub', [x, builder.op('Clip', [x, builder.float(-limit), builder.float(limit)])]);
});

/** x where it is farther from zero than the threshold, else 0. */
const hardShrink = each((context, x) => {
  const { builder } = context;
  const limit = builder.float(numberOf(context, 0.5, 'threshold'));
  return builder.op('Where', [builder.op('Greater', [builder.op('Abs', [x]), limit]), x, builder.float(0)]);
});

/** x above the threshold, else another value. */
const threshold = each((context, x) => {
  const { builder, config } = context;
  const [limit, other] = [numberOf(context, Number.NaN, 'threshold'), numberOf(context, Number.NaN, 'default_value')];
  if (Number.isNaN(limit) || Number.isNaN(other)) return config.unknown('a threshold without a value');
  return builder.op('Where', [builder.op('Greater', [x, builder.float(limit)]), x, builder.float(other)]);
});

/** (x + √(x² + b)) / 2. */
const squarePlus = each((context, x) => {
  const { builder } = context;
  const square = builder.op('Add', [builder.op('Mul', [x, x]), builder.float(numberOf(context, 4, 'b'))]);
  return builder.op('Mul', [builder.op('Add', [x, builder.op('Sqrt', [square])]), builder.float(0.5)]);
});

/** The first half of an axis by the sigmoid of the second. */
const gated: Operation = {
  read(context) {
    const { builder } = context;
    const value = tensorOf(context);
    const axis = axisOf(context, numberOf(context, -1, 'axis'), value.shape.length);
    const name = `${builder.layer}/Split_${builder.nodes.length}`;
    const [half, gate] = [`${name}:0`, `${name}:1`];
    builder.add({
      ...{ name, type: 'Split', layer: builder.layer, inputs: [lastOf(builder, value)], outputs: [half, gate] },
      attributes: { axis, num_outputs: 2 },
    });
    return fromLast(builder, builder.op('Mul', [half, builder.op('Sigmoid', [gate])]));
  },
};

const elu = each((context, x) => context.builder.op('Elu', [x], { alpha: numberOf(context, 1, 'alpha') }));

const plusOne: Apply = ({ builder }, x) => builder.op('Add', [x, builder.float(1)]);

const round = each((context, x) => {
  if (numberOf(context, 0, 'decimals') !== 0) return context.config.unknown('rounding to decimals');
  return context.builder.op('Round', [x]);
});

export const ELEMENTS: Operations = {
  Add: arithmetic('Add'),
  Subtract: arithmetic('Sub'),
  Multiply: arithmetic('Mul'),
  Divide: arithmetic('Div'),
  TrueDivide: arithmetic('Div'),
  Maximum: arithmetic('Max'),
  Minimum: arithmetic('Min'),
  Power: arithmetic('Pow'),
  FloorDivide: binary(floorDivide),
  // With the sign of the divisor.
  Mod: binary((context, a, b) => {
    const { builder } = context;
    return builder.op('Sub', [a, builder.op('Mul', [floorDivide(context, a, b), b])]);
  }),
  BiasAdd: {
    read: (context) =>
      settingOf(context, 'data_format') === 'NCHW'
        ? context.config.unknown('a bias of channels that come first')
        : combined(context, [tensorOf(context), operandOf(context, 1, 'bias')], (values) =>
            context.builder.op('Add', values),
          ),
  },
  SquaredDifference: binary(({ builder }, a, b) => {
    const difference = builder.op('Sub', [a, b]);
    return builder.op('Mul', [difference, difference]);
  }),

  Equal: comparison('Equal'),
  NotEqual: comparison('Equal', true),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: logic('And'),
  LogicalOr: logic('Or'),
  LogicalXor: logic('Xor'),
  LogicalNot: each((context, x) => fromTruth(context, context.builder.op('Not', [truth(context, x)]))),
  Where: where,

  Relu: op('Relu'),
  Relu6: named('relu6'),
  LeakyRelu: leakyRelu,
  Elu: elu,
  Celu: each((context, x) => context.builder.op('Celu', [x], { alpha: numberOf(context, 1, 'alpha') })),
  Selu: op('Selu'),
  Sigmoid: op('Sigmoid'),
  HardSigmoid: named('hard_sigmoid'),
  LogSigmoid: named('log_sigmoid'),
  Silu: named('silu'),
  Swish: named('silu'),
  HardSilu: named('hard_silu'),
  Gelu: gelu,
  Tanh: op('Tanh'),
  Glu: gated,
  HardShrink: hardShrink,
  SoftShrink: softShrink,
  Threshold: threshold,
  SparsePlus: named('sparse_plus'),
  SparseSigmoid: named('sparse_sigmoid'),
  Squareplus: squarePlus,
  HardTanh: named('hard_tanh'),
  TanhShrink: named('tanh_shrink'),
  Softplus: op('Softplus'),
  Softsign: op('Softsign'),
  Exp: op('Exp'),
  Expm1: each(({ builder }, x) => builder.op('Sub', [builder.op('Exp', [x]), builder.float(1)])),
  Log: op('Log'),
  Log1p: each((context, x) => context.builder.op('Log', [plusOne(context, x)])),
  Log2: each((context, x) => times(Math.LOG2E)(context, context.builder.op('Log', [x]))),
  Log10: each((context, x) => times(Math.LOG10E)(context, context.builder.op('Log', [x]))),
  Sqrt: op('Sqrt'),
  Rsqrt: each(({ builder }, x) => builder.op('Reciprocal', [builder.op('Sqrt', [x])])),
  Reciprocal: op('Reciprocal'),
  Abs: op('Abs'),
  Absolute: op('Abs'),
  Negative: op('Neg'),
  Sign: op('Sign'),
  Square: each(({ builder }, x) => builder.op('Mul', [x, x])),
  Sin: op('Sin'),
  Cos: op('Cos'),
  Erf: op('Erf'),
  Floor: op('Floor'),
  Ceil: op('Ceil'),
  Round: round,
  Clip: clip,
  Cast: cast,
  Identity: op('Identity'),
  Copy: op('Identity'),
  ConvertToTensor: op('Identity'),
  StopGradient: op('Identity'),
  ZerosLike: each(times(0)),
  OnesLike: each((context, x) => plusOne(context, times(0)(context, x))),
};
