// More cases every operator is tested on: normalisations, reductions, resizing, recurrent layers, indices.
import { float32, type Tensor } from '../../src/model/tensor';
import { apart, drawn, positive } from '../tensors';
import { float, given, ints, type OperatorCase, OUTPUT } from './case';

const MATRIX = apart([4, 6], 'matrix');
const IMAGE = apart([2, 3, 4, 5], 'image');
const POSITIVE = positive([2, 3, 4], 'positive');
const BOOL = { output: 'bool' } as const;
const INDEX = { output: 'int64' } as const;
const FIXED = { anyBatch: false } as const;

const WHOLE_RESULT = { anyBatch: false, output: 'int32' } as const;

const truth = (shape: readonly number[], ...values: number[]): Tensor => ({
  type: 'bool',
  shape,
  data: Uint8Array.from(values),
});
const places = (shape: readonly number[], ...values: number[]): Tensor => ({
  type: 'int64',
  shape,
  data: BigInt64Array.from(values, BigInt),
});

/** Values that are at least 0.016 from all others. */
function shifted(shape: readonly number[], by: number): Tensor {
  const data = apart(shape, 'shifted', by).data as Float32Array;
  return float32(
    shape,
    data.map((value) => value + by),
  );
}

const ABOVE_ONE = float32(
  [2, 3, 4],
  (POSITIVE.data as Float32Array).map((value) => value + 1),
);

const unary = [
  given('Exp', 'of a matrix', [drawn([4, 6], 'exp')]),
  given('Log', 'of positive values', [POSITIVE]),
  given('Neg', 'of images', [IMAGE]),
  given('Sin', 'of images', [IMAGE]),
  given('Cos', 'of images', [IMAGE]),
  given('HardSwish', 'of images', [apart([2, 3, 5, 8], 'wide')]),
  given('Mish', 'of images', [IMAGE]),
  given('Celu', 'of images', [IMAGE]),
  given('Celu', 'with an alpha', [IMAGE], { alpha: 0.5 }),
  given('Ceil', 'of images', [IMAGE]),
  given('Floor', 'of images', [IMAGE]),
  given('Round', 'of images', [apart([2, 3, 4], 'rounded')]),
  given('Sign', 'of images', [IMAGE]),
  ...['Acos', 'Asin', 'Atan', 'Asinh', 'Atanh', 'Cosh', 'Sinh', 'Tan'].map((type) =>
    given(type, 'of a matrix', [MATRIX]),
  ),
  given('Acosh', 'of values above one', [ABOVE_ONE]),
  given('Shrink', 'of images', [IMAGE], { lambd: 0.4 }),
  given('Shrink', 'with a bias', [IMAGE], { lambd: 0.3, bias: 0.2 }),
  given('IsNaN', 'of a matrix', [float32([2, 2], Float32Array.of(1, Number.NaN, 0, 3))], {}, BOOL),
  given('IsInf', 'of a matrix', [float32([2, 2], Float32Array.of(1, Number.POSITIVE_INFINITY, 0, 3))], {}, BOOL),
];

const binary = [
  given('Pow', 'by a scalar', [POSITIVE, float(2.5)]),
  given('Pow', 'by the square of negative values', [MATRIX, float(2)]),
  given('Pow', 'by one value an element', [POSITIVE, positive([4], 'exponents')]),
  given('Min', 'of three', [MATRIX, shifted([4, 6], 0.017), shifted([6], 0.034)], {}, FIXED),
  given('Max', 'of three', [MATRIX, shifted([4, 6], 0.017), shifted([6], 0.034)], {}, FIXED),
  given('Mean', 'of three', [MATRIX, drawn([6], 'second'), drawn([1], 'third')]),
  given('Less', 'than a row', [MATRIX, drawn([6], 'row')], {}, BOOL),
  given('LessOrEqual', 'to itself', [MATRIX, MATRIX], {}, BOOL),
  given('GreaterOrEqual', 'to a scalar', [MATRIX, float(0.025)], {}, BOOL),
  given('Or', 'of two', [truth([2, 2], 0, 1, 0, 1), truth([2, 2], 0, 0, 1, 1)], {}, { ...BOOL, ...FIXED }),
  given('Xor', 'of two', [truth([2, 2], 0, 1, 0, 1), truth([2, 2], 0, 0, 1, 1)], {}, { ...BOOL, ...FIXED }),
  given(
    'Where',
    'with a condition an element',
    [{ constant: truth([6], 1, 0, 0, 1, 1, 0) }, MATRIX, drawn([4, 6], 'other')],
    {},
    FIXED,
  ),
  given('Where', 'with a scalar', [{ constant: truth([4, 1], 1, 0, 0, 1) }, float(-3), MATRIX], {}, FIXED),
];

const LEFT = { constant: places([3], 3, -2, 4) };
const modulo = [
  given('Mod', "with the divisor's sign", [{ constant: places([3], 7, 7, -6) }, LEFT], {}, { ...INDEX, ...FIXED }),
  given(
    'Mod',
    "with the dividend's sign",
    [drawn([2, 3], 'mod'), drawn([3], 'by')],
    { fmod: 1 },
    { output: 'float32' },
  ),
];

const WHOLE = (type: 'int32' | 'uint8', ...values: number[]): Tensor => ({
  type,
  shape: [2, 3],
  data: type === 'int32' ? Int32Array.from(values) : Uint8Array.from(values),
});
const BITS = WHOLE('int32', 0, 5, -3, 12, 255, 7);
const bits = [
  ...['BitwiseAnd', 'BitwiseOr', 'BitwiseXor'].map((type) =>
    given(type, 'of two', [{ constant: BITS }, { constant: WHOLE('int32', 1, 4, 6, 10, 15, 7) }], {}, WHOLE_RESULT),
  ),
  given('BitwiseNot', 'of integers', [{ constant: BITS }], {}, WHOLE_RESULT),
  given(
    'BitShift',
    'to the left',
    [{ constant: WHOLE('uint8', 1, 2, 3, 4, 5, 6) }, { constant: WHOLE('uint8', 1, 2, 0, 3, 1, 2) }],
    { direction: 'LEFT' },
    { ...FIXED, output: 'uint8' },
  ),
];

const BYTES: Tensor = { type: 'int8', shape: [2, 3], data: Int8Array.of(-128, 0, 3, 127, -5, 64) };
const QUANTISED = { ...FIXED, output: 'float32' } as const;
const quantised = [
  given('DequantizeLinear', 'by one scale', [{ constant: BYTES }, float(0.25)], {}, QUANTISED),
  given(
    'DequantizeLinear',
    'by a scale and a zero point a column',
    [
      { constant: BYTES },
      positive([3], 'scales'),
      { constant: { type: 'int8', shape: [3], data: Int8Array.of(1, -2, 0) } },
    ],
    { axis: 1 },
    QUANTISED,
  ),
  given(
    'QuantizeLinear',
    'by one scale',
    [MATRIX, float(0.1), { constant: { type: 'uint8', shape: [], data: Uint8Array.of(128) } }],
    {},
    { output: 'uint8' },
  ),
];

const reductions = [
  given('ReduceMean', 'over all axes but the batch', [IMAGE, ints(1, 2, 3)], { keepdims: 1 }),
  given('ReduceMin', 'over one axis', [IMAGE, ints(2)], { keepdims: 0 }),
  given('ReduceProd', 'over one axis', [POSITIVE, ints(1)], { keepdims: 0 }),
  given('ReduceL1', 'over two axes', [IMAGE, ints(2, 3)], { keepdims: 0 }),
  given('ReduceL2', 'over the last axis', [IMAGE, ints(-1)], { keepdims: 1 }),
  given('ReduceSumSquare', 'over one axis', [IMAGE, ints(1)], { keepdims: 0 }),
  given('ReduceLogSum', 'over one axis', [POSITIVE, ints(1)], { keepdims: 0 }),
  given('ReduceLogSumExp', 'over two axes', [IMAGE, ints(2, 3)], { keepdims: 1 }),
  given('ReduceSum', 'over no axes, as said', [MATRIX], { noop_with_empty_axes: 1 }),
];

const normalizations = [
  given(
    'LayerNormalization',
    'over the last axis',
    [drawn([2, 3, 8], 'tokens'), positive([8], 'scale'), drawn([8], 'bias')],
    { epsilon: 1e-3 },
  ),
  given(
    'LayerNormalization',
    'over two axes, without a bias',
    [drawn([2, 3, 4], 'tokens'), positive([3, 4], 'scale')],
    {
      axis: 1,
    },
  ),
  given(
    'InstanceNormalization',
    'of images',
    [drawn([2, 3, 4, 5], 'images'), positive([3], 'scale'), drawn([3], 'bias')],
    { epsilon: 1e-3 },
  ),
  given('LpNormalization', 'by the Euclidean norm', [MATRIX]),
  given('LpNormalization', 'by the sum of magnitudes of the channels', [IMAGE], { p: 1, axis: 1 }),
  given('LRN', 'over three channels', [drawn([2, 5, 3, 2], 'lrn')], { size: 3, alpha: 0.3, beta: 0.6, bias: 1.5 }),
];

const SCALES = (...scales: number[]) => ({ constant: float32([scales.length], Float32Array.from(scales)) });
const resizing = [
  given('Resize', 'to twice the size, nearest', [IMAGE, '', SCALES(1, 1, 2, 2)], {
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  }),
  given('Resize', 'to other sizes, nearest', [IMAGE, '', '', ints(2, 3, 7, 3)], {}, FIXED),
  given('Resize', 'to twice the size, linear', [IMAGE, '', SCALES(1, 1, 2, 3)], { mode: 'linear' }),
  given('Resize', 'by half, linear between corners', [IMAGE, '', SCALES(1, 1, 0.5, 1.5)], {
    mode: 'linear',
    coordinate_transformation_mode: 'align_corners',
  }),
  given('Resize', 'of the axes named, cubic', [IMAGE, '', SCALES(2, 1.6)], { mode: 'cubic', axes: [2, 3] }),
  given('Resize', 'as PyTorch does', [IMAGE, '', '', ints(1, 9)], {
    mode: 'linear',
    coordinate_transformation_mode: 'pytorch_half_pixel',
    axes: [2, 3],
  }),
  given('Resize', 'of sequences', [drawn([2, 3, 4], 'sequence'), '', SCALES(1, 1, 2)], { mode: 'linear' }),
  given('DepthToSpace', 'position by position', [drawn([2, 8, 2, 3], 'depth')], { blocksize: 2, mode: 'DCR' }),
  given('DepthToSpace', 'as pixel shuffle', [drawn([2, 8, 2, 3], 'depth')], { blocksize: 2, mode: 'CRD' }),
  given('SpaceToDepth', 'of images', [drawn([2, 3, 4, 6], 'space')], { blocksize: 2 }),
  given('Tile', 'of channels and rows', [IMAGE, ints(1, 2, 3, 1)]),
];

const along = [
  given('CumSum', 'along rows', [
    MATRIX,
    { constant: { ...float32([], Float32Array.of(0)), type: 'int32', data: Int32Array.of(1) } },
  ]),
  given('CumSum', 'from the end, without the element itself', [IMAGE, ints(-1)], { exclusive: 1, reverse: 1 }),
  given('Trilu', 'above the diagonal', [IMAGE, { constant: places([], 1) }]),
  given('Trilu', 'below and on the diagonal', [MATRIX], { upper: 0 }, FIXED),
  given('EyeLike', 'above the diagonal', [MATRIX], { dtype: 7, k: 1 }, { ...FIXED, ...INDEX }),
  given(
    'GridSample',
    'between pixels',
    [IMAGE, drawn([2, 3, 2, 2], 'grid')],
    {},
    { ...FIXED, noGradient: 'GridSample' },
  ),
  given(
    'Col2Im',
    'of windows that lie one over the other',
    [drawn([2, 12, 9], 'windows'), ints(4, 4), ints(2, 2)],
    {},
    { noGradient: 'Col2Im' },
  ),
  given(
    'RoiAlign',
    'of three regions',
    [IMAGE, positive([3, 4], 'regions'), { constant: places([3], 0, 1, 1) }],
    { output_height: 2, output_width: 3 },
    { ...FIXED, noGradient: 'RoiAlign' },
  ),
  given(
    'ReverseSequence',
    'of sequences of several lengths',
    [drawn([4, 3, 2], 'sequences'), ints(4, 2, 1)],
    {},
    FIXED,
  ),
];

const indices = [
  given('ArgMin', 'over the last axis', [MATRIX], { axis: -1, keepdims: 0 }, INDEX),
  given('Hardmax', 'of the last axis', [MATRIX], {}, { output: 'float32' }),
  given('Hardmax', 'of the channels of images', [IMAGE], { axis: 1 }, { output: 'float32' }),
  given('TopK', 'of the last axis', [MATRIX, ints(3)], {}, { outputs: [OUTPUT, 'places'] }),
  given(
    'TopK',
    'the smallest of the channels',
    [IMAGE, ints(2)],
    { axis: 1, largest: 0 },
    { outputs: [OUTPUT, 'places'] },
  ),
  given(
    'GatherElements',
    'along rows',
    [MATRIX, { constant: places([4, 2], 0, 5, 3, 3, 1, 0, 2, 4) }],
    { axis: 1 },
    FIXED,
  ),
  given('GatherND', 'of rows', [MATRIX, { constant: places([3, 1], 2, 0, 2) }], {}, FIXED),
  given('ScatterND', 'of rows', [MATRIX, { constant: places([2, 1], 2, 0) }, drawn([2, 6], 'updates')], {}, FIXED),
  given(
    'ScatterND',
    'added to rows',
    [MATRIX, { constant: places([2, 1], 2, 2) }, drawn([2, 6], 'updates')],
    { reduction: 'add' },
    FIXED,
  ),
  given(
    'ScatterElements',
    'along rows',
    [MATRIX, { constant: places([4, 2], 0, 5, 3, 2, 1, 0, 2, 4) }, drawn([4, 2], 'updates')],
    { axis: 1 },
    FIXED,
  ),
];

const made = [
  given('CastLike', 'of floats', [MATRIX, { constant: float32([1], Float32Array.of(0)) }]),
  given(
    'ConstantOfShape',
    'of ones',
    [ints(2, 3)],
    { value: { type: 'int64', shape: [1], data: BigInt64Array.of(1n) } },
    { ...FIXED, ...INDEX },
  ),
  given(
    'Range',
    'of whole numbers',
    [{ constant: places([], 2) }, { constant: places([], 11) }, { constant: places([], 3) }],
    {},
    {
      ...INDEX,
      ...FIXED,
    },
  ),
];

const products = [
  given('Einsum', 'as a product of matrices', [drawn([3, 4], 'a'), drawn([4, 5], 'b')], { equation: 'ij,jk->ik' }),
  given(
    'Einsum',
    'as scores of an attention',
    [drawn([2, 3, 4, 2], 'q'), drawn([2, 3, 5, 2], 'k')],
    {
      equation: 'bhid,bhjd->bhij',
    },
    FIXED,
  ),
  given('Einsum', 'with letters left to be sorted', [drawn([3, 4], 'a'), drawn([4, 5], 'b')], { equation: 'ij, jk' }),
];

/** Weights of [directions, gates · 4, 3 inputs] and [directions, gates · 4, 4]. */
function recurrent(gates: number, directions: number): Tensor[] {
  const named = (name: string): string => `${name} ${gates} ${directions}`;
  return [
    drawn([5, 2, 3], named('sequence')),
    drawn([directions, gates * 4, 3], named('w')),
    drawn([directions, gates * 4, 4], named('r')),
    drawn([directions, 2 * gates * 4], named('b')),
  ];
}

/** Of the two sequences of `recurrent`, which has five steps. */
const LENGTHS: Tensor = { type: 'int32', shape: [2], data: Int32Array.of(3, 5) };

/** So small that no activation bends sharply there. */
const small = (tensors: readonly Tensor[]): Tensor[] =>
  tensors.map(({ shape, data }) =>
    float32(
      shape,
      (data as Float32Array).map((value) => 0.3 * value),
    ),
  );

const NO_RULE = { ...FIXED, noGradient: 'no gradient rule for' } as const;
const recurrents = [
  given('RNN', 'forward', recurrent(1, 1), { hidden_size: 4 }, NO_RULE),
  given('GRU', 'forward', recurrent(3, 1), { hidden_size: 4 }, NO_RULE),
  given(
    'GRU',
    'backward, reset after the product',
    recurrent(3, 1),
    { hidden_size: 4, linear_before_reset: 1, direction: 'reverse' },
    NO_RULE,
  ),
  given(
    'RNN',
    'in both directions, each with its activation',
    recurrent(1, 2),
    { hidden_size: 4, direction: 'bidirectional', activations: ['Softsign', 'Elu'], activation_alpha: [0.5] },
    NO_RULE,
  ),
  given(
    'GRU',
    'with activations of its own',
    small(recurrent(3, 1)),
    { hidden_size: 4, activations: ['HardSigmoid', 'Softplus'], activation_alpha: [0.25], activation_beta: [0.4] },
    NO_RULE,
  ),
  given(
    'LSTM',
    'with hard gates, as Keras 1 has them',
    small(recurrent(4, 1)),
    {
      hidden_size: 4,
      activations: ['HardSigmoid', 'Tanh', 'Softsign'],
      activation_alpha: [0.2],
      activation_beta: [0.5],
    },
    NO_RULE,
  ),
  given('LSTM', 'forward', recurrent(4, 1), { hidden_size: 4 }, NO_RULE),
  given('LSTM', 'in both directions', recurrent(4, 2), { hidden_size: 4, direction: 'bidirectional' }, NO_RULE),
  given(
    'LSTM',
    'with a state and peepholes',
    [...recurrent(4, 1), '', drawn([1, 2, 4], 'h'), drawn([1, 2, 4], 'c'), drawn([1, 12], 'p')],
    { hidden_size: 4 },
    NO_RULE,
  ),
  ...(['forward', 'reverse', 'bidirectional'] as const).flatMap((direction) => {
    const directions = direction === 'bidirectional' ? 2 : 1;
    return [['LSTM', 4] as const, ['GRU', 3] as const].map(([type, gates]) =>
      given(
        type,
        `over sequences of several lengths, ${direction}`,
        [...recurrent(gates, directions), { constant: LENGTHS }],
        { hidden_size: 4, direction },
        NO_RULE,
      ),
    );
  }),
];

export const LAYER_CASES: readonly OperatorCase[] = [
  ...unary,
  ...binary,
  ...modulo,
  ...bits,
  ...quantised,
  ...reductions,
  ...normalizations,
  ...resizing,
  ...along,
  ...indices,
  ...made,
  ...products,
  ...recurrents,
];
