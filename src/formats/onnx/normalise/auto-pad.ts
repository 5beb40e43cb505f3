// Padding that a convolution or pooling works out of its input's size (auto_pad), as the amounts it comes to.
import type { Node, Shape } from '../../../model/graph';
import { attributeNumber, type Rule, type Scope, without } from './rule';

export const autoPad: Rule = (node, scope) => {
  const mode = node.attributes.auto_pad;
  if (mode === undefined) return [node];
  const plain = { ...node, attributes: without(node, 'auto_pad') };
  if (mode === 'NOTSET') return [plain];
  const bare = { ...plain, attributes: without(plain, 'pads') };
  if (mode === 'VALID') return [bare];
  const pads = samePads(node, scope, mode === 'SAME_LOWER');
  if (pads === undefined) return scope.opaque('its padding follows from a size known only when the model runs');
  return [{ ...bare, attributes: { ...bare.attributes, pads } }];
};

/** As many as make ceil(size / stride) outputs, half on each side; an odd one at the end, or at the start for LOWER. */
function samePads(node: Node, scope: Scope, lower: boolean): number[] | undefined {
  const shape = scope.shape(node.inputs[0] ?? '');
  const kernel = kernelOf(node, scope);
  if (kernel === undefined || attributeNumber(node, 'ceil_mode', 0) !== 0) return undefined;
  const list = (name: string): readonly number[] =>
    (node.attributes[name] as readonly number[] | undefined) ?? kernel.map(() => 1);
  const [strides, dilations] = [list('strides'), list('dilations')];
  const totals = kernel.map((size, i) => {
    const [stride = 1, dilation = 1, from] = [strides[i], dilations[i], shape?.[i + 2]];
    const reach = dilation * (size - 1) + 1;
    if (stride === 1) return reach - 1;
    if (typeof from !== 'number') return undefined;
    return Math.max(0, (Math.ceil(from / stride) - 1) * stride + reach - from);
  });
  if (totals.some((total) => total === undefined)) return undefined;
  const small = totals.map((total) => Math.floor((total ?? 0) / 2));
  const large = totals.map((total, i) => (total ?? 0) - (small[i] ?? 0));
  return lower ? [...large, ...small] : [...small, ...large];
}

function kernelOf(node: Node, scope: Scope): readonly number[] | undefined {
  const stated = node.attributes.kernel_shape;
  if (Array.isArray(stated)) return stated as readonly number[];
  const weight: Shape | undefined = scope.shape(node.inputs[1] ?? '');
  const sizes = weight?.slice(2);
  return sizes?.every((size) => typeof size === 'number') ? (sizes as number[]) : undefined;
}

/** ConvTranspose: the padding is what brings its output to `output_shape`, or with auto_pad to input × stride. */
export const transposedPad: Rule = (node, scope) => {
  const mode = node.attributes.auto_pad ?? 'NOTSET';
  const wanted = node.attributes.output_shape as readonly number[] | undefined;
  const plain = { ...node, attributes: without(node, 'auto_pad', 'output_shape') };
  if (wanted === undefined && mode === 'NOTSET') return [plain];
  const bare = { ...plain, attributes: without(plain, 'pads') };
  if (wanted === undefined && mode === 'VALID') return [bare];
  const [kernel, shape] = [kernelOf(node, scope), scope.shape(node.inputs[0] ?? '')];
  const list = (name: string, value: number): readonly number[] =>
    (node.attributes[name] as readonly number[] | undefined) ?? (kernel ?? []).map(() => value);
  const [strides, dilations, more] = [list('strides', 1), list('dilations', 1), list('output_padding', 0)];
  const totals = kernel?.map((size, i) => {
    const [stride = 1, from] = [strides[i], shape?.[i + 2]];
    const free = (more[i] ?? 0) + (dilations[i] ?? 1) * (size - 1) + 1 - stride;
    if (wanted === undefined) return free;
    const target = wanted.at(i - kernel.length);
    return typeof from === 'number' && target !== undefined ? free + from * stride - target : undefined;
  });
  if (totals?.some((total) => total === undefined || total < 0) ?? true) {
    return scope.opaque('its padding follows from a size known only when the model runs');
  }
  const small = (totals ?? []).map((total) => Math.floor((total ?? 0) / 2));
  const large = (totals ?? []).map((total, i) => (total ?? 0) - (small[i] ?? 0));
  const pads = mode === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
  return [{ ...bare, attributes: { ...bare.attributes, pads } }];
};
