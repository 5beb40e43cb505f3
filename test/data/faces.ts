// A folder in the layout of LFW: a folder of pictures for every person, and lists of people and pairs.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'jpeg-js';

/** One colour, the picture's own: person's place in the alphabet × 40 + picture × 10. */
export function picture(person: number, image: number, side: number): Buffer {
  const value = 40 * person + 10 * image;
  const data = Buffer.from(Array.from({ length: side * side }, () => [value, value, value, 255]).flat());
  return Buffer.from(encode({ width: side, height: side, data }, 100).data);
}

/**
 * @param people how many pictures each has.
 * @param lists texts by file name.
 */
export async function writeFaces(
  folder: string,
  people: Readonly<Record<string, number>>,
  lists: Readonly<Record<string, string>>,
  side: number,
): Promise<void> {
  for (const [person, [name, count]] of Object.entries(people).entries()) {
    await mkdir(join(folder, 'images', name), { recursive: true });
    for (let image = 1; image <= count; image++) {
      await writeFile(join(folder, 'images', name, `${name}_000${image}.jpg`), picture(person, image, side));
    }
  }
  for (const [name, text] of Object.entries(lists)) await writeFile(join(folder, name), text);
}
