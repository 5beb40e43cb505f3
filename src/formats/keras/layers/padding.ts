// Keras' "same", "valid" and "causal": zeros around positions so that windows cover them.
import type { Dimension } from '../../../model/graph';
import type { LayerContext } from '../family';

interface Window {
  readonly spatial: readonly Dimension[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** As ONNX has them: before each axis, then after each. */
export function padsOf({ config, warn }: LayerContext, window: Window): number[] {
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
    if (typeof size === 'number') return Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
    warn(`the input's size is open, taken to be a multiple of the stride: "same" pads other sizes differently`);
    return Math.max(reach - stride, 0);
  });
  return splitPads(totals);
}

/** The odd one goes behind. */
export function splitPads(totals: readonly number[]): number[] {
  const before = totals.map((total) => Math.floor(total / 2));
  return [...before, ...totals.map((total, i) => total - (before[i] ?? 0))];
}
