// The figures of a card in words and short numbers.
import { briefCount, count, counted } from '../../src/numbers';
import { type AlignedLayer, type DrawnLayer, fateOf } from './aligned';
import type { Block } from './blocks';

/** "14 × 14 × 64", without the batch; a size that is known only when the model runs is "?". */
export function shapeText([, ...sizes]: DrawnLayer['outputShape']): string {
  return sizes.length === 0 ? '1' : sizes.map((size) => (size === null ? '?' : count(size))).join(' × ');
}

/** "64 channels · 36,928 parameters" of what stands on one side; undefined for a layer without either. */
export function sideFigures(block: Block, side: 'before' | 'after'): string | undefined {
  const layers = block.layers.flatMap((layer) => layer[side] ?? []);
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const channels = (block.layers.length === 1 && layers[0]?.channels) || 0;
  const parts = [
    block.layers.length > 1 && counted(block.layers.length, 'layer'),
    channels > 0 && counted(channels, 'channel'),
    parameters > 0 && `${briefCount(parameters)} parameters`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? undefined : parts.join(' · ');
}

/** "16 × Conv2D, BatchNormalization, Activation": the layers of one repetition, as many as fit. */
export function blockTitle({ layers, repeats }: Block): string {
  const types = [...new Set(layers.slice(0, layers.length / repeats).map(({ type }) => type))];
  return repeats > 1 ? `${repeats} × ${types.join(', ')}` : types.join(', ');
}

/** All a card says, for who hears it. */
export function spoken(block: Block, compared: boolean): string {
  const [layer] = block.layers;
  if (block.layers.length > 1 || layer === undefined) {
    const parameters = block.layers.reduce((sum, { after }) => sum + (after?.parameters ?? 0), 0);
    return `${blockTitle(block)}: ${counted(block.layers.length, 'layer')}, ${count(parameters)} parameters`;
  }
  const { channels = null, parameters = 0, outputShape = [] } = layer.after ?? layer.before ?? {};
  return [
    `${layer.name}, ${layer.type}`,
    `output ${shapeText(outputShape)}`,
    channels !== null && counted(channels, 'channel'),
    parameters > 0 && `${count(parameters)} parameters`,
    compared && fateText(layer),
  ]
    .filter((part) => part !== false && part !== undefined)
    .join(', ');
}

/** "−32 channels", "gone", "new"; undefined where nothing changed. */
export function fateText(layer: AlignedLayer): string | undefined {
  const [had, has] = [layer.before?.channels ?? 0, layer.after?.channels ?? 0];
  switch (fateOf(layer)) {
    case 'gone':
      return 'gone';
    case 'new':
      return 'new';
    case 'narrower':
      return `−${counted(had - has, 'channel')}`;
    case 'wider':
      return `+${counted(has - had, 'channel')}`;
    case 'same':
      return undefined;
  }
}
