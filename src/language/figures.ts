// A model's and a layer's figures in words.
import { briefCount, bytes, count, counted, percent } from '../numbers';
import type { LayerInspection, ModelInspection, OpenShape } from '../pruning/inspect';

/** "240,470 parameters · 2.17 M MACs · 962 kB" */
export function modelFigures({ parameters, macs, bytes: size, uncounted }: ModelInspection): string {
  return `${count(parameters)} parameters · ${uncounted ? 'at least ' : ''}${briefCount(macs)} MACs · ${bytes(size)}`;
}

/** "64 channels · 36,928 parameters · 15.4 %"; the shape of the output for a layer that has neither. */
export function layerFigures({ channels, parameters, share, outputShape }: LayerInspection): string {
  const parts = [
    channels !== null && counted(channels, 'channel'),
    parameters > 0 && `${count(parameters)} parameters`,
    parameters > 0 && percent(share),
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(' · ') : `output ${openShape(outputShape)}`;
}

/** "28 × 28 × 16", without the batch; "?" for a size known only when the model runs. */
export function openShape([, ...sizes]: OpenShape): string {
  return sizes.length === 0 ? 'one value' : sizes.map((size) => (size === null ? '?' : count(size))).join(' × ');
}

/** Sizes of a weight: "3 × 3 × 16 × 32". */
export function weightShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'one value' : shape.map(count).join(' × ');
}

/** "a", "a and b", "a, b and 3 more" */
export function listed(names: readonly string[], most = 4): string {
  const shown = names.length > most ? [...names.slice(0, most - 1), `${count(names.length - most + 1)} more`] : names;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
