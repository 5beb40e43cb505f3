// Sliding windows over the spatial axes of [batch, channels, ...]: what convolutions and poolings share.
import type { Dimension, Node, Shape } from '../model/graph';
import { input, listAttribute, numberAttribute, output, type Ties } from './operator';

/** Per spatial axis. `before` and `after` are the zeros added on either side. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * The window of a node.
 * @param kernel where it is given by the weight's shape and not by an attribute.
 * @param spatial sizes of what it slides over, for nodes that leave their padding to be worked out (auto_pad) or let a
 * last window hang over the end (ceil_mode): what hangs over is padding too.
 */
export function windowOf(node: Node, kernel = listAttribute(node, 'kernel_shape', []), spatial: Shape = []): Window {
  const rank = kernel.length;
  checkSettings(node, 'kernel_shape', kernel, rank, 1);
  const pads = settings(node, 'pads', 2 * rank, 0, Number.NEGATIVE_INFINITY);
  const window = {
    kernel,
    strides: settings(node, 'strides', rank, 1),
    dilations: settings(node, 'dilations', rank, 1),
    before: pads.slice(0, rank),
    after: pads.slice(rank),
  };
  const way = node.attributes.auto_pad;
  const padded = way === 'SAME_UPPER' || way === 'SAME_LOWER' ? samePadding(window, spatial, way) : window;
  return roundsUp(node)
    ? { ...padded, after: padded.after.map((pad, i) => pad + overhang(padded, i, spatial[i])) }
    : padded;
}

const roundsUp = (node: Node): boolean => numberAttribute(node, 'ceil_mode', 0) !== 0;

/** How far the last window reaches over the end and what pads it; it must not start behind the end. */
function overhang({ kernel, strides, dilations, before, after }: Window, axis: number, size: Dimension = ''): number {
  if (typeof size !== 'number') return 0;
  const [stride = 1, start = 0, end = 0] = [strides[axis], before[axis], after[axis]];
  const reach = (dilations[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1;
  const last = Math.min(Math.ceil((size + start + end - reach) / stride), Math.ceil((size + start) / stride) - 1);
  return Math.max(0, last * stride + reach - (size + start + end));
}

/** So many whole numbers, none below the least; `otherwise` where the node has none. */
function settings(node: Node, name: string, count: number, otherwise: number, least = otherwise): readonly number[] {
  const own = listAttribute(node, name, []);
  if (own.length === 0) return new Array<number>(count).fill(otherwise);
  checkSettings(node, name, own, count, least);
  return own;
}

function checkSettings(node: Node, name: string, own: readonly number[], count: number, least: number): void {
  if (own.length === count && own.every((value) => Number.isSafeInteger(value) && value >= least)) return;
  const wanted = Number.isFinite(least) ? `${count} whole numbers from ${least} on` : `${count} whole numbers`;
  throw new Error(`${node.type} "${node.name}": ${name} is [${own.join(', ')}] where it wants ${wanted}`);
}

/** Padding that makes the output ⌈size / stride⌉ long; an unknown size is taken for a multiple of the stride. */
function samePadding(window: Window, spatial: Shape, way: 'SAME_UPPER' | 'SAME_LOWER'): Window {
  const total = window.kernel.map((kernel, i) => {
    const [size, stride = 1, dilation = 1] = [spatial[i], window.strides[i], window.dilations[i]];
    const rest = typeof size === 'number' && size % stride !== 0 ? size % stride : stride;
    return Math.max(0, dilation * (kernel - 1) + 1 - rest);
  });
  const small = total.map((pad) => Math.floor(pad / 2));
  const large = total.map((pad, i) => pad - (small[i] ?? 0));
  return way === 'SAME_UPPER' ? { ...window, before: small, after: large } : { ...window, before: large, after: small };
}

/** The same window as ONNX attributes; dilations only where there are any, since not every pooling knows them. */
export function windowAttributes({ kernel, strides, dilations, before, after }: Window): Node['attributes'] {
  const dilated = dilations.some((dilation) => dilation !== 1) ? { dilations } : {};
  return { kernel_shape: kernel, strides, ...dilated, pads: [...before, ...after] };
}

/**
 * Sizes of the output's spatial axes; one that is not known stays the same where the window keeps every size.
 * Throws where the window does not fit into the input.
 */
export function slide(node: Node, spatial: Shape, window: Window): Dimension[] {
  const ceil = roundsUp(node);
  if (window.kernel.length !== spatial.length) {
    throw new Error(
      `${node.type} "${node.name}": a window of ${window.kernel.length} axes slides over ${spatial.length}: [${spatial.join(', ')}]`,
    );
  }
  return spatial.map((size, i) => {
    const [kernel = 1, stride = 1, dilation = 1] = [window.kernel[i], window.strides[i], window.dilations[i]];
    const reach = dilation * (kernel - 1) + 1;
    const padding = (window.before[i] ?? 0) + (window.after[i] ?? 0);
    if (typeof size === 'string') return stride === 1 && padding === reach - 1 ? size : `${node.name}_${i}`;
    const steps = (size + padding - reach) / stride;
    // Rounded up, a last window may hang over the end, but must not start behind it.
    const result = ceil
      ? Math.min(Math.ceil(steps), Math.ceil((size + (window.before[i] ?? 0)) / stride) - 1) + 1
      : Math.floor(steps) + 1;
    if (result < 1) {
      throw new Error(
        `${node.type} "${node.name}": a window of ${window.kernel.join('×')} does not fit ${spatial.join('×')}`,
      );
    }
    return result;
  });
}

/** True where the windows lie side by side: no overlap, no gaps, no padding. */
export function tiles({ kernel, strides, dilations, before, after }: Window): boolean {
  return kernel.every((size, i) => size === strides[i] && dilations[i] === 1 && before[i] === 0 && after[i] === 0);
}

/**
 * Channels pass through, and so do spatial axes that it takes one by one; the others are fixed.
 * @param slides what is said instead of an axis that it slides over; false where nothing is.
 */
export function tiePooling(node: Node, ties: Ties, slides?: (axis: number, window: Window) => boolean): void {
  const [value, result] = [input(node, 0), output(node)];
  const shape = ties.shape(value);
  const window = windowOf(node, undefined, shape.slice(2));
  shape.forEach((_, axis) => {
    if (axis < 2 || takesEach(window, axis - 2)) ties.tie({ value, axis }, { value: result, axis });
    else if (!slides?.(axis, window)) freezeSpatial(node, ties, [value, result], axis);
  });
}

/** Whether every window holds one element of an axis, in order. */
function takesEach({ kernel, strides, before, after }: Window, i: number): boolean {
  return kernel[i] === 1 && strides[i] === 1 && before[i] === 0 && after[i] === 0;
}

export function freezeSpatial(node: Node, ties: Ties, values: readonly string[], axis: number): void {
  for (const value of values) ties.freeze({ value, axis }, `${node.type} slides over it`);
}
