// Keras' "same", "valid" and "causal": zeros around positions so that windows cover them.
import type { Dimension } from '../../../model/graph';
import type { LayerContext } from '../family';

interface Window {
  readonly spatial: readonly Dimension[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** As ONNX has it; where "same" is of a size that only a run tells, the run works it out. */
export function paddingOf(context: LayerContext, window: Window): { pads: number[] } | { auto_pad: 'SAME_UPPER' } {
  const { spatial, strides } = window;
  const open = spatial.some((size, i) => typeof size !== 'number' && (strides[i] ?? 1) > 1);
  if (open && context.config.text('padding', 'valid') === 'same') return { auto_pad: 'SAME_UPPER' };
  return { pads: padsOf(context, window) };
}

/** Before each axis, then after each. */
export function padsOf({ config }: LayerContext, window: Window): number[] {
  const padding = config.text('padding', 'valid');
  const { spatial, kernel, strides, dilations } = window;
  if (padding === 'valid') return spatial.flatMap(() => [0, 0]);
  if (padding === 'causal')
    return [...kernel.map((size, i) => (dilations[i] ?? 1) * (size - 1)), ...kernel.map(() => 0)];
  if (padding !== 'same') config.unknown(`padding "${padding}"`);
  const totals = spatial.map((size, i) => {
    const reach = (dilations[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1;
    const stride = strides[i] ?? 1;
    if (stride === 1) return reach - 1;
    if (typeof size !== 'number') return config.unknown('padding an image of open size');
    return Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
  });
  return splitPads(totals);
}

/** The odd one goes behind. */
export function splitPads(totals: readonly number[]): number[] {
  const before = totals.map((total) => Math.floor(total / 2));
  return [...before, ...totals.map((total, i) => total - (before[i] ?? 0))];
}
