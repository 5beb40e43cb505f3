// Operations that make one of the elements along some axes: sums, means, extremes, norms.
import { BATCH } from '../../../../model/graph';
import { type Activation, fromLast, lastOf } from '../../activation';
import type { LayerContext } from '../../family';
import { axesOf, axisOf, FLOAT, numberOf, type Operation, type Operations, settingOf, tensorOf } from './settings';

type Reduce = (context: LayerContext, x: string, axes: string, keepdims: number) => string;

const reduction = (reduce: Reduce): Operation => ({
  read(context): Activation {
    const x = tensorOf(context);
    const axes = axesOf(context, x.shape.length, 'axis', 'axes');
    const keep = [settingOf(context, 'keepdims'), settingOf(context, 'keep_dims')].includes(true);
    if (axes === undefined || axes.some((axis) => x.shape[axis] === BATCH))
      return context.config.unknown('a reduction over samples');
    const { builder } = context;
    return fromLast(builder, reduce(context, lastOf(builder, x), builder.ints(axes), keep ? 1 : 0));
  },
});

const by = (type: string): Operation =>
  reduction(({ builder }, x, axes, keepdims) => builder.op(type, [x, axes], { keepdims }));

const variance: Reduce = ({ builder }, x, axes, keepdims) => {
  const distance = builder.op('Sub', [x, builder.op('ReduceMean', [x, axes], { keepdims: 1 })]);
  return builder.op('ReduceMean', [builder.op('Mul', [distance, distance]), axes], { keepdims });
};

/** The place of an extreme, as a float. */
const place = (type: 'ArgMax' | 'ArgMin'): Operation => ({
  read(context): Activation {
    const { builder, config } = context;
    const x = tensorOf(context);
    if (settingOf(context, 'axis') == null) return config.unknown('a place among all elements');
    const axis = axisOf(context, numberOf(context, 0, 'axis'), x.shape.length);
    if (x.shape[axis] === BATCH) return config.unknown('a reduction over samples');
    const keepdims = settingOf(context, 'keepdims') === true ? 1 : 0;
    const found = builder.op(type, [lastOf(builder, x)], { axis, keepdims });
    return fromLast(builder, builder.op('Cast', [found], { to: FLOAT }));
  },
});

/** To length 1 along an axis. */
const normalized: Operation = {
  read(context): Activation {
    const { builder, config } = context;
    const x = tensorOf(context);
    const axes = axesOf(context, x.shape.length, 'axis') ?? [];
    if (axes.length !== 1 || x.shape[axes[0] as number] === BATCH) return config.unknown('a norm over these axes');
    if (numberOf(context, 2, 'order') !== 2) return config.unknown('a norm of another order than 2');
    const value = lastOf(builder, x);
    const least = numberOf(context, 1e-12, 'epsilon');
    const sum = builder.op('ReduceSum', [builder.op('Mul', [value, value]), builder.ints(axes)], { keepdims: 1 });
    const limit = builder.float(context.dialect === 'keras3' ? least ** 2 : least);
    return fromLast(builder, builder.op('Div', [value, builder.op('Sqrt', [builder.op('Max', [sum, limit])])]));
  },
};

const norm = reduction((context, x, axes, keepdims) => {
  const order = settingOf(context, 'ord') ?? 2;
  if (order !== 2 && order !== 1 && order !== 'euclidean') return context.config.unknown(`a norm of order ${order}`);
  return context.builder.op(order === 1 ? 'ReduceL1' : 'ReduceL2', [x, axes], { keepdims });
});

export const REDUCTIONS: Operations = {
  Mean: by('ReduceMean'),
  Sum: by('ReduceSum'),
  Max: by('ReduceMax'),
  Amax: by('ReduceMax'),
  Min: by('ReduceMin'),
  Amin: by('ReduceMin'),
  Prod: by('ReduceProd'),
  // Of ones and zeros.
  Any: by('ReduceMax'),
  All: by('ReduceMin'),
  Logsumexp: by('ReduceLogSumExp'),
  Var: reduction(variance),
  Std: reduction((context, ...others) => context.builder.op('Sqrt', [variance(context, ...others)])),
  Norm: norm,
  Normalize: normalized,
  L2Normalize: normalized,
  Argmax: place('ArgMax'),
  Argmin: place('ArgMin'),
};
