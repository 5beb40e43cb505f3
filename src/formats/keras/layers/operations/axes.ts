// Operations that lay elements out anew: reshape, transpose, join, split, repeat.
import { BATCH } from '../../../../model/graph';
import { int64 } from '../../../../model/tensor';
import { type Activation, fromLast, lastOf } from '../../activation';
import { TensorRef } from '../../calls';
import { isRecord } from '../../config';
import type { LayerContext, LayerWidths } from '../../family';
import { joined } from '../merge';
import {
  axesOf,
  axisOf,
  constantOf,
  numberOf,
  numbers,
  type Operation,
  type Operations,
  settingOf,
  tensorOf,
} from './settings';

type Lay = (context: LayerContext, x: Activation, value: string) => string;

const laid = (lay: Lay): Operation => ({
  read(context) {
    const x = tensorOf(context);
    return fromLast(context.builder, lay(context, x, lastOf(context.builder, x)));
  },
});

/** A shape with the batch, whose open size takes what is left. */
const reshape: Operation = {
  ...laid((context, _, value) => {
    const shape = shapeOf(context);
    const [batch = -1, ...others] = shape;
    const target = batch === -1 && !others.includes(-1) ? [-1, ...others] : shape;
    return context.builder.op('Reshape', [value, context.builder.ints(target)]);
  }),
  restate: (name, value, { output }) => (isShape(name, value) ? resizedShape(value, output) : value),
};

/** A size may be that of a tensor, tf.shape(x)[0]: where it is the only one, it is what is left. */
function shapeOf(context: LayerContext): number[] {
  const stated = settingOf(context, 'newshape', 'shape');
  if (!Array.isArray(stated) || stated.includes(-1)) return numbers(context, 'newshape', 'shape');
  if (stated.filter((size) => size instanceof TensorRef).length !== 1) return numbers(context, 'newshape', 'shape');
  const sizes = stated.map((size) => (size instanceof TensorRef ? -1 : size));
  return sizes.every((size) => Number.isInteger(size))
    ? sizes
    : context.config.unknown('a shape of other than numbers');
}

/** The sizes of a tensor, as whole numbers. */
const shape: Operation = {
  read(context): Activation {
    const { builder } = context;
    return fromLast(builder, builder.op('Shape', [lastOf(builder, tensorOf(context))]));
  },
};

const broadcastTo: Operation = {
  ...laid(({ builder, ...context }, x, value) => {
    const shape = [settingOf({ builder, ...context }, 'shape') ?? context.call.args[1]].flat();
    // The batch, and what is taken as it is.
    const target = shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1));
    if (target.length !== x.shape.length) return context.config.unknown(`a shape ${JSON.stringify(shape)}`);
    return builder.op('Expand', [value, builder.ints(target)]);
  }),
  restate: (name, value, { output }) => (isShape(name, value) ? resizedShape(value, output) : value),
};

function isShape(name: string | number, value: unknown): value is unknown[] {
  return (name === 'newshape' || name === 'shape' || name === 1) && Array.isArray(value);
}

function resizedShape(stated: readonly unknown[], output: LayerWidths['output']): unknown[] {
  return stated.map((size, i) => {
    const now = output[i];
    return typeof size === 'number' && size > 0 && typeof now === 'number' ? now : size;
  });
}

const transpose = laid((context, { shape }, value) => {
  const perm = axesOf(context, shape.length, 'axes', 'perm') ?? shape.map((_, i) => shape.length - 1 - i);
  return context.builder.op('Transpose', [value], { perm });
});

const swapaxes = laid((context, { shape }, value) => {
  const perm = shape.map((_, axis) => axis);
  const [a, b] = ['axis1', 'axis2'].map((name) => axisOf(context, numberOf(context, 0, name), shape.length)) as [
    number,
    number,
  ];
  [perm[a], perm[b]] = [b, a];
  return context.builder.op('Transpose', [value], { perm });
});

const moveaxis = laid((context, { shape }, value) => {
  const own = (name: string): number[] => numbers(context, name).map((axis) => axisOf(context, axis, shape.length));
  const [source, destination] = [own('source'), own('destination')];
  const perm: number[] = shape.map((_, axis) => axis).filter((axis) => !source.includes(axis));
  const moves = destination.map((to, i) => [to, source[i] as number] as const).sort(([a], [b]) => a - b);
  for (const [to, from] of moves) perm.splice(to, 0, from);
  return context.builder.op('Transpose', [value], { perm });
});

const expandDims = laid((context, { shape }, value) => {
  const axes = numbers(context, 'axis');
  const own = axes.map((axis) => axisOf(context, axis, shape.length + axes.length));
  return context.builder.op('Unsqueeze', [value, context.builder.ints(own)]);
});

const squeeze = laid((context, { shape }, value) => {
  const ones = shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const axes = axesOf(context, shape.length, 'axis') ?? ones;
  return context.builder.op('Squeeze', [value, context.builder.ints(axes)]);
});

const concatenate: Operation = {
  read: (context) => joined(context, numberOf(context, -1, 'axis')),
};

const stack: Operation = {
  read(context): Activation {
    const { builder, inputs } = context;
    const rank = tensorOf(context).shape.length + 1;
    const axis = axisOf(context, numberOf(context, 0, 'axis'), rank);
    const parts = inputs.map((own) => builder.op('Unsqueeze', [lastOf(builder, own), builder.ints([axis])]));
    return fromLast(builder, parts.length === 1 ? (parts[0] as string) : builder.op('Concat', parts, { axis }));
  },
};

const unstack: Operation = {
  read(context) {
    const { builder, config } = context;
    const x = tensorOf(context);
    const axis = axisOf(context, numberOf(context, 0, 'axis'), x.shape.length);
    const count = x.shape[axis];
    if (typeof count !== 'number' || count > MAX_PARTS) return config.unknown(`${count} parts`);
    const value = lastOf(builder, x);
    return Array.from({ length: count }, (_, i) => fromLast(builder, elementOf(context, value, axis, i)));
  },
};

/** One element of an axis, which goes with it. */
export function elementOf({ builder }: LayerContext, value: string, axis: number, index: number): string {
  const scalar = builder.addConstant({ type: 'int64', shape: [], data: BigInt64Array.of(BigInt(index)) });
  return builder.op('Gather', [value, scalar], { axis });
}

/** More than any network takes apart. */
const MAX_PARTS = 256;

const split: Operation = {
  read(context) {
    const { builder, config } = context;
    const x = tensorOf(context);
    const axis = axisOf(context, numberOf(context, 0, 'axis'), x.shape.length);
    const size = x.shape[axis];
    if (typeof size !== 'number') return config.unknown('splitting an axis of open size');
    const sizes = partsOf(context, size);
    if (sizes === undefined) return config.unknown('these parts of a split');
    const name = `${builder.layer}/Split_${builder.nodes.length}`;
    const outputs = sizes.map((_, i) => `${name}:${i}`);
    const inputs = [lastOf(builder, x), builder.ints(sizes)];
    builder.add({ name, type: 'Split', layer: builder.layer, inputs, outputs, attributes: { axis } });
    return outputs.map((value) => fromLast(builder, value));
  },
  restate(name, value, widths) {
    const sizes = widths.told('Split', 1);
    if (sizes === undefined) return value;
    // Keras 3 says where the parts begin, TensorFlow how large they are; a number stands for parts of one size.
    const even = sizes.every((size) => size === sizes[0]);
    if (name === 'indices_or_sections' || name === 'num_or_size_splits' || name === 1) {
      if (even && typeof value === 'number') return value;
      return name === 'num_or_size_splits' ? sizes : sizes.slice(0, -1).map((_, i) => sum(sizes.slice(0, i + 1)));
    }
    return value;
  },
};

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

function partsOf(context: LayerContext, size: number): number[] | undefined {
  const { call } = context;
  const sections = settingOf(context, 'indices_or_sections');
  const stated = sections ?? settingOf(context, 'num_or_size_splits') ?? call.args[1];
  if (typeof stated === 'number') {
    return size % stated === 0 && stated <= MAX_PARTS ? new Array<number>(stated).fill(size / stated) : undefined;
  }
  if (!Array.isArray(stated) || !stated.every((own) => Number.isInteger(own)) || stated.length > MAX_PARTS) {
    return undefined;
  }
  const ends = [...(stated as number[]), size];
  const sizes =
    sections == null ? (stated as number[]) : ends.map((end, i) => end - (i === 0 ? 0 : (ends[i - 1] ?? 0)));
  return sizes.every((own) => own > 0) && sum(sizes) === size ? sizes : undefined;
}

/** Each element a number of times, along one axis. */
const repeat = laid((context, { shape }, value) => {
  const { config, builder } = context;
  const axis = axisOf(context, numberOf(context, Number.NaN, 'axis'), shape.length);
  const [times, size] = [settingOf(context, 'repeats'), shape[axis]];
  if (typeof times !== 'number' || typeof size !== 'number' || times * size > MAX_INDICES)
    return config.unknown('these repeats');
  const indices = Array.from({ length: times * size }, (_, i) => Math.floor(i / times));
  return builder.op('Gather', [value, builder.addConstant(int64(indices))], { axis });
});

/** More than any axis that is laid out by number. */
const MAX_INDICES = 2 ** 20;

const tile = laid((context, { shape }, value) => {
  const repeats = numbers(context, 'repeats', 'multiples');
  if (repeats.length > shape.length) return context.config.unknown('repeats along new axes');
  const all = [...new Array<number>(shape.length - repeats.length).fill(1), ...repeats];
  if (shape.some((size, axis) => size === BATCH && all[axis] !== 1)) return context.config.unknown('repeated samples');
  return context.builder.op('Tile', [value, context.builder.ints(all)]);
});

const flip = laid((context, { shape }, value) => {
  const axes = axesOf(context, shape.length, 'axis') ?? [];
  if (axes.length === 0 || axes.some((axis) => shape[axis] === BATCH)) return context.config.unknown('these axes');
  const { builder } = context;
  const list = (number: number): string => builder.ints(axes.map(() => number));
  return builder.op('Slice', [value, list(-1), list(-(2 ** 31)), builder.ints(axes), list(-1)]);
});

const padded = laid((context, { shape }, value) => {
  const { config, builder } = context;
  const stated = settingOf(context, 'pad_width', 'paddings') ?? context.call.args[1];
  const mode = String(settingOf(context, 'mode') ?? 'constant').toLowerCase();
  const pairs = constantOf(stated);
  if (pairs?.shape.join() !== `${shape.length},2` || !pairs.numbers.every((own) => Number.isInteger(own) && own >= 0))
    return config.unknown(`a padding ${JSON.stringify(stated)}`);
  const filling = settingOf(context, 'constant_values') ?? 0;
  if (mode !== 'constant' && mode !== 'reflect') return config.unknown(`padding by "${mode}"`);
  if (typeof filling !== 'number') return config.unknown('several values to pad with');
  const side = (which: number): number[] => shape.map((_, axis) => pairs.numbers[2 * axis + which] ?? 0);
  const pads = builder.ints([...side(0), ...side(1)]);
  return builder.op('Pad', filling === 0 ? [value, pads] : [value, pads, builder.float(filling)], { mode });
});

const pad: Operation = {
  ...padded,
  restate(name, value, widths) {
    const amounts = widths.told('Pad', 1);
    if (amounts === undefined || !(name === 'pad_width' || name === 'paddings' || name === 1)) return value;
    const rank = amounts.length / 2;
    const pairs = Array.from({ length: rank }, (_, axis) => [amounts[axis], amounts[rank + axis]]);
    // Keras 3 writes a tensor with what it is made of.
    return isRecord(value) && isRecord(value.config) ? { ...value, config: { ...value.config, value: pairs } } : pairs;
  },
};

export const AXES: Operations = {
  Shape: shape,
  Reshape: reshape,
  BroadcastTo: broadcastTo,
  Transpose: transpose,
  Swapaxes: swapaxes,
  Moveaxis: moveaxis,
  ExpandDims: expandDims,
  Squeeze: squeeze,
  Concatenate: concatenate,
  Stack: stack,
  Unstack: unstack,
  Split: split,
  Repeat: repeat,
  Tile: tile,
  Flip: flip,
  Pad: pad,
};
