// The cases every operator is tested on: shapes, attributes and inputs away from where its derivative jumps.
import type { Attribute } from '../../src/model/graph';
import { float32, type Tensor } from '../../src/model/tensor';
import { apart, drawn, positive } from '../tensors';
import { float, given, ints, type OperatorCase } from './case';
import { LAYER_CASES } from './layer-cases';

export { graphOf, type OperatorCase, OUTPUT } from './case';

const MATRIX = apart([4, 6], 'matrix');
const IMAGE = apart([2, 3, 4, 5], 'image');

/** Element by element, on a matrix and on images. */
const activations = [
  given('Relu', 'of a matrix', [MATRIX]),
  given('Relu', 'of images', [IMAGE]),
  given('Sigmoid', 'of images', [IMAGE]),
  given('Tanh', 'of images', [IMAGE]),
  given('Softplus', 'of images', [IMAGE]),
  given('Softsign', 'of images', [IMAGE]),
  given('Erf', 'of images', [IMAGE]),
  given('Identity', 'of images', [IMAGE]),
  given('Abs', 'of images', [IMAGE]),
  given('Sqrt', 'of images', [positive([2, 3, 4, 5], 'roots')]),
  given('Reciprocal', 'of images', [positive([2, 3, 4, 5], 'reciprocals')]),
  given('Dropout', 'of images', [IMAGE], { rate: 0.25 }),
  given('Selu', 'of images', [IMAGE]),
  given('Selu', 'with constants of its own', [IMAGE], { alpha: 1.5, gamma: 1.25 }),
  given('Elu', 'of images', [IMAGE]),
  given('Elu', 'with an alpha', [IMAGE], { alpha: 0.5 }),
  given('LeakyRelu', 'of images', [IMAGE]),
  given('LeakyRelu', 'with an alpha', [IMAGE], { alpha: 0.3 }),
  given('ThresholdedRelu', 'of images', [IMAGE]),
  given('ThresholdedRelu', 'with an alpha', [IMAGE], { alpha: 0.5 }),
  given('HardSigmoid', 'of images', [IMAGE]),
  given('HardSigmoid', 'with a slope and an offset', [IMAGE], { alpha: 0.5, beta: 0.25 }),
  given('Clip', 'between two bounds', [IMAGE, float(-0.4), float(0.7)]),
  given('Clip', 'from below', [IMAGE, float(-0.4)]),
  given('Clip', 'from above', [IMAGE, '', float(0.7)]),
  given('Clip', 'without bounds', [IMAGE]),
];

const arithmetic = ['Add', 'Sub', 'Mul', 'Div'].flatMap((type) => [
  given(type, 'of two of one shape', [drawn([2, 3, 4], type), positive([2, 3, 4], type)]),
  given(type, 'with one value an element of the last axis', [drawn([2, 3, 4, 5], type), positive([5], type)]),
  given(type, 'with one value a channel', [drawn([2, 3, 4, 5], type), positive([3, 1, 1], type)]),
  given(type, 'with a scalar', [drawn([2, 3, 4], type), positive([], type)]),
  given(type, 'where both operands are stretched', [drawn([2, 1, 4], type), positive([3, 1], type)]),
  given(
    type,
    'where the first operand has fewer axes',
    [drawn([4], type), positive([2, 3, 4], type)],
    {},
    { anyBatch: false },
  ),
]);

const variadic = [
  given('Sum', 'of one', [MATRIX]),
  given(
    'Sum',
    'of three, two of them stretched',
    [MATRIX, drawn([6], 'row'), drawn([4, 1], 'column')],
    {},
    { anyBatch: false },
  ),
  given('Max', 'of one', [MATRIX]),
  given('Max', 'of two, one of them stretched', [MATRIX, drawn([6], 'row')]),
];

const ROUNDED = float32([4, 3], Float32Array.from([0, 1, 2, -1, 0, 3, 2, 2, -5, 1, 1, 0]));
const TRUTH: Tensor = { type: 'bool', shape: [2, 3], data: Uint8Array.of(1, 0, 0, 1, 1, 0) };
const BOOL = { output: 'bool' } as const;
const truths = [
  given('Equal', 'to one value an element', [ROUNDED, float32([3], Float32Array.of(0, 2, 3))], {}, BOOL),
  given(
    'Greater',
    'than a column',
    [ROUNDED, float32([4, 1], Float32Array.of(0, 0, 1, 1))],
    {},
    { ...BOOL, anyBatch: false },
  ),
  given('And', 'with one value an element', [TRUTH, { ...TRUTH, shape: [3], data: Uint8Array.of(1, 1, 0) }], {}, BOOL),
  given('Not', 'of truth values', [TRUTH], {}, BOOL),
  given('Cast', 'of floats to floats', [ROUNDED], { to: 1 }),
  given('Cast', 'of floats to integers', [drawn([3, 4], 'cast')], { to: 7 }, { output: 'int64' }),
  given('Cast', 'of floats to truth values', [ROUNDED], { to: 9 }, BOOL),
];

const INDEX = { output: 'int64' } as const;
const LABELS: Tensor = { type: 'int64', shape: [4], data: BigInt64Array.of(0n, 2n, 1n, 2n) };
const indices = [
  given('ArgMax', 'over the last axis', [MATRIX], { axis: -1, keepdims: 0 }, INDEX),
  given('ArgMax', 'over the channels of images, kept', [IMAGE], { axis: 1 }, INDEX),
  given('ArgMax', 'where several are largest', [ROUNDED], { axis: 1 }, INDEX),
  given('ArgMax', 'where the last of several counts', [ROUNDED], { axis: 1, select_last_index: 1 }, INDEX),
  given(
    'OneHot',
    'with a new last axis',
    [LABELS, ints(3), { constant: float32([2], Float32Array.of(0, 1)) }],
    {},
    { output: 'float32' },
  ),
  given(
    'OneHot',
    'with a new first axis',
    [LABELS, ints(3), { constant: float32([2], Float32Array.of(-1, 2)) }],
    { axis: 0 },
    { anyBatch: false, output: 'float32' },
  ),
  given('Size', 'of images', [IMAGE], {}, { ...INDEX, anyBatch: false }),
];

const slopes = [
  given('PRelu', 'with a slope an element', [IMAGE, drawn([3, 4, 5], 'slope')]),
  given('PRelu', 'with a slope a channel', [IMAGE, drawn([3, 1, 1], 'slope')]),
  given('PRelu', 'with a slope a neuron', [MATRIX, drawn([6], 'slope')]),
  given('PRelu', 'with one slope', [IMAGE, drawn([1], 'slope')]),
];

const NO_SCALED = 'scaled or transposed Gemm';
const A = drawn([3, 5], 'a');
const products = [
  given('Gemm', 'without a bias', [A, drawn([5, 4], 'b')]),
  given('Gemm', 'with a bias a neuron', [A, drawn([5, 4], 'b'), drawn([4], 'c')]),
  given('Gemm', 'with a bias of two axes', [A, drawn([5, 4], 'b'), drawn([1, 4], 'c')]),
  given('Gemm', 'with one bias', [A, drawn([5, 4], 'b'), drawn([1], 'c')]),
  given('Gemm', 'with a scalar bias', [A, drawn([5, 4], 'b'), drawn([], 'c')]),
  given('Gemm', 'with a transposed weight', [A, drawn([4, 5], 'b'), drawn([4], 'c')], { transB: 1 }),
  given('Gemm', 'of one neuron', [A, drawn([5, 1], 'b'), drawn([1], 'c')]),
  given(
    'Gemm',
    'with a transposed input',
    [drawn([5, 3], 'a'), drawn([5, 4], 'b')],
    { transA: 1 },
    {
      anyBatch: false,
      noGradient: NO_SCALED,
    },
  ),
  given('Gemm', 'scaled', [A, drawn([5, 4], 'b'), drawn([4], 'c')], { alpha: 0.5, beta: 2 }, { noGradient: NO_SCALED }),
  given('MatMul', 'of a matrix', [A, drawn([5, 4], 'b')]),
  given('MatMul', 'at every position', [drawn([2, 3, 5], 'a'), drawn([5, 4], 'b')]),
  given(
    'MatMul',
    'of stacks of matrices',
    [drawn([2, 3, 4, 5], 'a'), drawn([2, 3, 5, 2], 'b')],
    {},
    { anyBatch: false },
  ),
  given('MatMul', 'of stacks, the second stretched', [drawn([2, 3, 4, 5], 'a'), drawn([1, 5, 2], 'b')]),
  given('MatMul', 'at every pixel', [drawn([2, 2, 3, 5], 'a'), drawn([5, 4], 'b')]),
];

const normalized = ['Softmax', 'LogSoftmax'].flatMap((type) => [
  given(type, 'over the last axis', [drawn([4, 6], type)]),
  given(type, 'over the channels of images', [drawn([2, 3, 4, 5], type)], { axis: 1 }),
  given(type, 'over an axis in the middle, from the end', [drawn([2, 3, 4], type)], { axis: -2 }),
]);

const CONV_INPUT = drawn([2, 3, 7, 6], 'conv input');
const KERNEL = drawn([4, 3, 3, 2], 'kernel');
const BIAS = drawn([4], 'bias');
const convolutions = [
  given('Conv', 'without a bias', [CONV_INPUT, KERNEL]),
  given('Conv', 'with a bias', [CONV_INPUT, KERNEL, BIAS]),
  given('Conv', 'of one pixel', [CONV_INPUT, drawn([4, 3, 1, 1], 'pixel'), BIAS]),
  given('Conv', 'as large as its input', [CONV_INPUT, drawn([4, 3, 7, 6], 'large'), BIAS]),
  given('Conv', 'with padding, more of it at the end', [CONV_INPUT, KERNEL, BIAS], { pads: [1, 0, 2, 1] }),
  given('Conv', 'with a stride that fits', [CONV_INPUT, KERNEL, BIAS], { strides: [2, 2] }),
  given('Conv', 'with a stride that leaves a rest', [CONV_INPUT, KERNEL, BIAS], { strides: [3, 3] }),
  given('Conv', 'with strides, padding and a rest', [CONV_INPUT, KERNEL, BIAS], {
    strides: [2, 3],
    pads: [1, 1, 2, 0],
  }),
  given('Conv', 'of one pixel with a stride', [CONV_INPUT, drawn([4, 3, 1, 1], 'pixel'), BIAS], { strides: [2, 2] }),
  given('Conv', 'dilated', [CONV_INPUT, KERNEL, BIAS], { dilations: [2, 3] }),
  given('Conv', 'dilated and padded', [CONV_INPUT, KERNEL, BIAS], { dilations: [2, 1], pads: [2, 1, 1, 0] }),
  given('Conv', 'from one channel to one', [
    drawn([1, 1, 4, 4], 'one'),
    drawn([1, 1, 2, 2], 'one kernel'),
    drawn([1], 'c'),
  ]),
  ...[
    given('Conv', 'of a line', [drawn([2, 3, 9], 'line'), drawn([4, 3, 3], 'line kernel'), BIAS], {
      strides: [2],
      pads: [1, 0],
    }),
    given('Conv', 'of a line in dilated groups', [drawn([2, 4, 9], 'line'), drawn([6, 2, 3], 'line kernel')], {
      group: 2,
      dilations: [2],
    }),
    given(
      'Conv',
      'of a volume',
      [drawn([1, 2, 4, 5, 3], 'volume'), drawn([3, 2, 2, 3, 2], 'volume kernel')],
      {
        strides: [1, 2, 1],
        pads: [0, 1, 0, 1, 0, 0],
      },
      { differsInTensorflow: 'its gradient of Conv3D is not that of central differences' },
    ),
    given(
      'Conv',
      'of each channel on its own',
      [drawn([2, 4, 6, 5], 'depthwise'), drawn([4, 1, 3, 2], 'depthwise kernel'), BIAS],
      { group: 4, strides: [2, 2], pads: [1, 0, 0, 1] },
    ),
    given(
      'Conv',
      'of each channel on its own, with unequal strides',
      [drawn([2, 4, 6, 5], 'depthwise'), drawn([4, 1, 3, 2], 'depthwise kernel'), BIAS],
      { group: 4, strides: [2, 1], pads: [1, 0, 0, 1] },
    ),
    given(
      'Conv',
      'of each channel by two kernels, dilated',
      [drawn([2, 3, 6, 7], 'depthwise'), drawn([6, 1, 2, 3], 'depthwise kernel')],
      { group: 3, dilations: [1, 2] },
    ),
  ],
  given('Conv', 'in groups', [drawn([2, 4, 5, 5], 'groups'), drawn([6, 2, 3, 3], 'group kernel'), drawn([6], 'c')], {
    group: 2,
  }),
  given(
    'Conv',
    'in groups, with strides and padding',
    [drawn([2, 4, 6, 5], 'groups'), drawn([6, 2, 3, 3], 'group kernel')],
    {
      group: 2,
      strides: [2, 2],
      pads: [1, 0, 1, 1],
    },
  ),
  given('Conv', 'depthwise', [CONV_INPUT, drawn([3, 1, 3, 3], 'depthwise'), drawn([3], 'c')], {
    group: 3,
    pads: [1, 1, 1, 1],
  }),
  given('Conv', 'depthwise with two kernels a channel', [CONV_INPUT, drawn([6, 1, 3, 3], 'depthwise')], {
    group: 3,
    strides: [2, 2],
  }),
  given('Conv', 'padded as large as its input', [CONV_INPUT, KERNEL], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  given('Conv', 'along one axis', [drawn([2, 3, 9], 'row'), drawn([4, 3, 3], 'row kernel'), BIAS], {
    strides: [2],
    pads: [1, 0],
  }),
  given('ConvTranspose', 'without a bias', [CONV_INPUT, drawn([3, 4, 3, 2], 'back')]),
  given('ConvTranspose', 'with strides, padding and a rest', [CONV_INPUT, drawn([3, 4, 3, 3], 'back'), BIAS], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    output_padding: [1, 1],
  }),
  given('ConvTranspose', 'in groups', [drawn([2, 4, 4, 4], 'groups'), drawn([4, 3, 2, 2], 'back')], {
    group: 2,
    strides: [2, 2],
  }),
  given('ConvTranspose', 'depthwise', [CONV_INPUT, drawn([3, 1, 3, 3], 'back')], { group: 3 }),
  given('ConvTranspose', 'along one axis', [drawn([2, 3, 5], 'row'), drawn([3, 4, 3], 'row back')], { strides: [2] }),
];

const POOL_INPUT = apart([2, 2, 5, 7], 'pool');
const WINDOWS: readonly (readonly [string, Readonly<Record<string, Attribute>>])[] = [
  ['side by side', { kernel_shape: [5, 7], strides: [5, 7] }],
  ['side by side with a rest', { kernel_shape: [2, 3], strides: [2, 3] }],
  ['overlapping', { kernel_shape: [3, 3], strides: [2, 2] }],
  ['overlapping with a rest', { kernel_shape: [2, 4], strides: [2, 2] }],
  ['at every position', { kernel_shape: [2, 2] }],
  ['with gaps', { kernel_shape: [1, 2], strides: [2, 3] }],
  ['padded', { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 0, 0, 1] }],
  ['overlapping and padded', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 2, 2, 1] }],
  ['padded to as many as it takes', { kernel_shape: [2, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  ['overlapping, padded to as many as it takes', { kernel_shape: [3, 4], strides: [2, 2], auto_pad: 'SAME_LOWER' }],
  ['with a last one that hangs over', { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1 }],
];
const pools = [
  ...WINDOWS.map(([title, attributes]) => given('MaxPool', title, [POOL_INPUT], attributes)),
  given('MaxPool', 'of negative values, padded', [negative(POOL_INPUT)], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  ...WINDOWS.map(([title, attributes]) => given('AveragePool', title, [POOL_INPUT], attributes)),
  given('AveragePool', 'whose padding counts', [POOL_INPUT], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 2, 2, 1],
    count_include_pad: 1,
  }),
  given('AveragePool', 'whose padding counts, not what hangs over it', [POOL_INPUT], {
    kernel_shape: [3, 3],
    strides: [3, 3],
    pads: [1, 1, 1, 1],
    ceil_mode: 1,
    count_include_pad: 1,
  }),
  given('GlobalAveragePool', 'of images', [IMAGE]),
  given('GlobalMaxPool', 'of images', [IMAGE]),
];

function negative({ shape, data }: Tensor): Tensor {
  return { type: 'float32', shape, data: Float32Array.from(data as Float32Array, (value) => value - 10) };
}

const GROUPED = apart([2, 3, 4, 5], 'grouped');
const maxima = [
  given('ReduceMax', 'over an axis that goes', [GROUPED, ints(2)], { keepdims: 0 }),
  given('ReduceMax', 'over an axis that stays', [GROUPED, ints(1)], { keepdims: 1 }),
  given('ReduceMax', 'over two axes, one from the end', [GROUPED, ints(1, -1)], { keepdims: 0 }),
];

const totals = ['ReduceSum', 'ReduceMean'].flatMap((type) => [
  given(type, 'over an axis that goes', [IMAGE, ints(2)], { keepdims: 0 }),
  given(type, 'over two axes that stay, one from the end', [IMAGE, ints(1, -1)]),
  given(type, 'over everything', [drawn([2, 3, 4], type)], { keepdims: 0 }, { anyBatch: false }),
  given(type, 'over nothing', [IMAGE], { noop_with_empty_axes: 1 }),
]);

const SHAPED = drawn([2, 6, 4], 'shaped');
const PART = drawn([2, 3, 4], 'part');
const layouts = [
  given('Reshape', 'to a row a sample', [SHAPED, ints(0, -1)]),
  given('Reshape', 'to images', [SHAPED, ints(0, 2, 3, 4)]),
  given('Reshape', 'that regroups', [SHAPED, ints(0, 8, 3)]),
  given('Reshape', 'that leaves the batch open', [drawn([4, 6], 'rows'), ints(-1, 6)]),
  given('Reshape', 'into the batch', [SHAPED, ints(-1, 4)], {}, { anyBatch: false }),
  given('Transpose', 'without an order', [SHAPED], {}, { anyBatch: false }),
  given('Transpose', 'to channels first', [drawn([2, 4, 5, 3], 'last')], { perm: [0, 3, 1, 2] }),
  given('Transpose', 'of a kernel', [drawn([2, 3, 4, 5], 'kernel')], { perm: [3, 2, 0, 1] }, { anyBatch: false }),
  given('Pad', 'around images', [IMAGE, ints(0, 0, 1, 2, 0, 0, 3, 0)]),
  given('Pad', 'of the axes named', [IMAGE, ints(1, 2, 3, 0), '', ints(2, -1)]),
  given('Pad', 'after the channels', [IMAGE, ints(0, 0, 0, 0, 0, 2, 0, 0)]),
  given('Pad', 'by less than nothing', [IMAGE, ints(0, -1, 1, 0, 0, 2, -2, -1)]),
  given('Pad', 'by nothing', [IMAGE, ints(0, 0, 0, 0, 0, 0, 0, 0)]),
  given('Concat', 'of two', [PART, drawn([2, 2, 4], 'other')], { axis: 1 }),
  given('Concat', 'of three along the last axis', [PART, drawn([2, 3, 1], 'one'), drawn([2, 3, 2], 'two')], {
    axis: -1,
  }),
  given('Concat', 'of a value with itself', [PART, PART], { axis: 1 }),
  given('Concat', 'of one', [PART], { axis: 1 }),
  given('Slice', 'of one axis', [SHAPED, ints(1), ints(4), ints(1)]),
  given('Slice', 'of two axes, to the end', [SHAPED, ints(-4, 1), ints(2 ** 40, 3), ints(1, 2)]),
  given('Slice', 'of every second, backwards', [SHAPED, ints(-1), ints(-100), ints(1), ints(-2)]),
  given('Slice', 'of every second and third position', [IMAGE, ints(1, 0), ints(100, 4), ints(-2, -1), ints(2, 3)]),
  given('Slice', 'of channels turned around', [SHAPED, ints(-2), ints(-6), ints(1), ints(-1)]),
  given('Flatten', 'of images', [IMAGE]),
  given('Flatten', 'before the last axis', [SHAPED], { axis: -1 }, { anyBatch: false }),
  given('Squeeze', 'of the axes named', [drawn([2, 1, 4, 1], 'thin'), ints(1, -1)]),
  given('Squeeze', 'of every axis of 1', [drawn([2, 1, 4, 1], 'thin')]),
  given('Unsqueeze', 'of two axes', [SHAPED, ints(1, -1)]),
  given('Slice', 'of channels', [IMAGE, ints(1), ints(3), ints(1)]),
  given('Slice', 'of two axes, from the end', [IMAGE, ints(0, -3), ints(2, 1000), ints(1, 3), ints(1, 1)]),
  given('Gather', 'of channels by a list', [IMAGE, ints(2, 0, -1)], { axis: 1 }),
  given('Gather', 'of one channel', [IMAGE, { constant: { type: 'int64', shape: [], data: BigInt64Array.of(1n) } }], {
    axis: 1,
  }),
  given('Expand', 'of one value a channel', [drawn([2, 3, 1, 1], 'thin'), ints(1, 1, 4, 5)]),
  given('Cast', 'to float', [SHAPED], { to: 1 }),
];

const normalizations = [
  given('BatchNormalization', 'of a matrix', [apart([6, 4], 'rows'), ...parameters(4)], { epsilon: 1e-3 }),
  given('BatchNormalization', 'of images', [apart([3, 2, 4, 3], 'images'), ...parameters(2)], {
    epsilon: 1e-3,
    momentum: 0.99,
  }),
  given('BatchNormalization', 'without attributes', [apart([6, 4], 'rows'), ...parameters(4)]),
];

/** Gamma, beta, moving mean and moving variance. */
function parameters(channels: number): Tensor[] {
  const named = (name: string): string => `${name} ${channels}`;
  return [
    positive([channels], named('gamma')),
    drawn([channels], named('beta')),
    drawn([channels], named('mean')),
    positive([channels], named('variance')),
  ];
}

/** Of several outputs, of sizes, or drawn at random: see structure.test.ts and formats/onnx/quantised.test.ts. */
export const STRUCTURAL: ReadonlySet<string> = new Set([
  'DynamicQuantizeLinear',
  'RandomNormalLike',
  'RandomUniformLike',
  'Shape',
  'Split',
]);

export const CASES: readonly OperatorCase[] = [
  ...LAYER_CASES,
  ...activations,
  ...arithmetic,
  ...variadic,
  ...truths,
  ...indices,
  ...slopes,
  ...products,
  ...normalized,
  ...convolutions,
  ...pools,
  ...maxima,
  ...totals,
  ...layouts,
  ...normalizations,
];
