// The built-in data set: handwritten-like digits drawn by this code, so that a first run needs no download.
import { type Random, random } from '../../random';
import { allOf, type LabelledBytes, labelledBytes, type StoredDataset } from '../samples';
import { write } from './hand';
import { draw, newSheet, PIXELS, type Sheet, SIDE } from './ink';
import { TEMPLATES, type Template } from './templates';

export interface DigitsOptions {
  /** Number of training samples. */
  readonly train?: number;
  /** Number of test samples, drawn like the training samples from another stream. */
  readonly test?: number;
  readonly seed?: number;
}

/**
 * 28×28×1 bytes, 0 paper to 255 ink; sample i shows the digit i mod 10. A sample depends on seed, split and i alone:
 * asking for more samples leaves the first ones as they were.
 */
export function digits({ train = 12_000, test = 4_000, seed = 0 }: DigitsOptions = {}): StoredDataset<LabelledBytes> {
  return {
    name: 'digits',
    train: allOf(drawn(train, seed, 'train')),
    test: allOf(drawn(test, seed, 'test')),
  };
}

function drawn(count: number, seed: number, split: string): LabelledBytes {
  const values = new Uint8Array(count * PIXELS);
  const labels = Int32Array.from({ length: count }, (_, i) => i % TEMPLATES.length);
  const sheet = newSheet();
  for (const [i, label] of labels.entries()) {
    drawDigit(label, random(seed, 'digits', split, i), sheet, values, i * PIXELS);
  }
  return labelledBytes([SIDE, SIDE, 1], values, labels, TEMPLATES.length);
}

function drawDigit(digit: number, source: Random, sheet: Sheet, out: Uint8Array, at: number): void {
  const styles = TEMPLATES[digit] as readonly Template[];
  const style = styles[Math.floor(source.next() * styles.length)] as Template;
  draw(write(style, source), source, sheet, out, at);
}
