// Keras' "same" and "valid": zeros around an image so that windows cover it.
import type { Dimension } from '../../../model/graph';
import type { LayerConfig } from '../config';

/**
 * ONNX pads [top, left, bottom, right].
 * @param spatial height and width; a stride over an unknown size cannot be padded beforehand.
 */
export function padsOf(
  config: LayerConfig,
  spatial: readonly Dimension[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): number[] {
  const padding = config.text('padding', 'valid');
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding !== 'same') config.fail(`padding "${padding}" is not known, only same and valid`);
  const totals = spatial.map((size, i) => {
    const reach = (dilations[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1;
    const stride = strides[i] ?? 1;
    if (stride === 1) return reach - 1;
    if (typeof size !== 'number') return config.fail('padding "same" with a stride needs an input of fixed size');
    return Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
  });
  const before = totals.map((total) => Math.floor(total / 2));
  return [...before, ...totals.map((total, i) => total - (before[i] ?? 0))];
}
