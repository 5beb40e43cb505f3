// Pictures that lie in an array brought to the size and colour that a person asked for.
import { type Column, rawColumn, sizeOf } from '../column';
import type { ImageOptions } from '../options';
import { ofAllSamples, type StoredDataset } from '../samples';
import { changed } from './pixels';

/** Height, width, channels. */
export function isImage(shape: readonly number[]): boolean {
  const [, , channels] = shape;
  return shape.length === 3 && (channels === 1 || channels === 3 || channels === 4);
}

/** The shape of pictures after a change. */
export function changedShape(shape: readonly number[], { size, colour }: ImageOptions): number[] {
  const [height = 1, width = 1, channels = 1] = shape;
  const depth = colour === 'grey' ? 1 : colour === 'rgb' ? 3 : channels;
  return [...(size ?? [height, width]), depth];
}

/** @param column of pictures. */
export function transformed(column: Column, options: ImageOptions): Column {
  const [height = 1, width = 1, channels = 1] = column.shape;
  const shape = changedShape(column.shape, options);
  if (shape.join() === column.shape.join()) return column;
  const [before, after] = [sizeOf(column.shape), sizeOf(shape)];
  const stored = column.reader({ scale: 1 });
  return rawColumn({ name: column.name, shape, scale: column.scale }, async (rows, out) => {
    const pixels = new Float32Array(rows.length * before);
    await stored(rows, pixels);
    for (let i = 0; i < rows.length; i++) {
      const data = pixels.subarray(i * before, (i + 1) * before);
      out.set(changed({ height, width, channels, data }, options).data, i * after);
    }
  });
}

/** The same for every picture of a data set that has no columns to choose. */
export function transformedSamples(stored: StoredDataset, options: ImageOptions | undefined): StoredDataset {
  if (options === undefined) return stored;
  return ofAllSamples(stored, (samples) => ({
    ...samples,
    inputs: samples.inputs.map((column) => (isImage(column.shape) ? transformed(column, options) : column)),
  }));
}
