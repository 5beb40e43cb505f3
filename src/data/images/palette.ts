// Colours of masks: which class each stands for, in the order of the model's outputs, or that nothing is known there.
import { UserError } from '../../errors';

/** "voc", "cityscapes", or colours: "#800000" for each class, "ignore=#e0e0c0" for what counts as none. */
export type PaletteChoice = string | readonly string[];

/** What a mask stores where nothing is known; no class can be it. */
export const IGNORED = 255;

export interface Palette {
  readonly classes: number;
  /** By red · 2¹⁶ + green · 2⁸ + blue. */
  readonly labels: ReadonlyMap<number, number>;
}

/** Throws UserError where a colour is none, or stands for two things. */
export function paletteOf(choice: PaletteChoice): Palette {
  const entries = typeof choice === 'string' ? named(choice) : choice;
  const labels = new Map<number, number>();
  let classes = 0;
  for (const entry of entries) {
    const [, ignored, hex] = /^(ignore=)?#([0-9a-f]{6})$/i.exec(entry.trim()) ?? [];
    if (hex === undefined) {
      throw new UserError(
        `--palette (data.palette in a recipe): "${entry}" is no colour. Say colours as #800000, one for each class in the order of the model's outputs, and ignore=#e0e0c0 for those that count as none; or one of ${[...PALETTES.keys()].join(', ')}.`,
      );
    }
    const colour = Number.parseInt(hex, 16);
    if (labels.has(colour)) {
      throw new UserError(`--palette (data.palette in a recipe) names #${hex} twice: a colour stands for one class.`);
    }
    labels.set(colour, ignored ? IGNORED : classes++);
  }
  if (classes < 2 || classes > IGNORED) {
    throw new UserError(
      `--palette (data.palette in a recipe) names ${classes} classes: there are from 2 to ${IGNORED}, each with a colour.`,
    );
  }
  return { classes, labels };
}

function named(name: string): readonly string[] {
  const found = PALETTES.get(name);
  return found === undefined ? [name] : found();
}

/** PASCAL VOC's 21 classes, whose colours are their numbers' bits; the borders of things count as none. */
function voc(): string[] {
  const channel = (index: number, bit: number): number => {
    let value = 0;
    for (let place = 7, rest = index; place >= 0; place--, rest >>= 3) value |= ((rest >> bit) & 1) << place;
    return value;
  };
  const colours = Array.from({ length: 21 }, (_, i) => hexOf([channel(i, 0), channel(i, 1), channel(i, 2)]));
  return [...colours, 'ignore=#e0e0c0'];
}

/** The 19 classes that Cityscapes tests, in the order of their trainId, and the colours of all others. */
const CITYSCAPES = [
  ...['#804080', '#f423e8', '#464646', '#66669c', '#be9999', '#999999', '#faaa1e', '#dcdc00', '#6b8e23', '#98fb98'],
  ...['#4682b4', '#dc143c', '#ff0000', '#00008e', '#000046', '#003c64', '#005064', '#0000e6', '#770b20'],
  ...['#000000', '#6f4a00', '#510051', '#faaaa0', '#e6968c', '#b4a5b4', '#966464', '#96785a', '#00005a', '#00006e'].map(
    (colour) => `ignore=${colour}`,
  ),
];

const PALETTES: ReadonlyMap<string, () => readonly string[]> = new Map([
  ['voc', voc],
  ['cityscapes', () => CITYSCAPES],
]);

/** "#800000" */
export function hexOf(colour: readonly number[]): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
