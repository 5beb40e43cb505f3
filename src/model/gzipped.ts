// What a model's weights come to on the way to a browser: servers send them gzipped, and zeros take next to nothing.
import { createGzip } from 'node:zlib';
import type { Graph } from './graph';
import { storedBytes } from './sparse';
import { byteCount } from './weight';

/** Above it the compression would take longer than anybody waits for a figure. */
const MOST = 2 ** 28;

/** Bytes of all weights as they are stored, gzipped, one weight after the other; undefined for very large models. */
export async function gzippedBytes({ weights }: Graph): Promise<number | undefined> {
  const all = [...weights.values()];
  if (all.reduce((sum, weight) => sum + byteCount(weight), 0) > MOST) return undefined;
  const gzip = createGzip();
  let bytes = 0;
  gzip.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  const ended = new Promise<void>((resolve, reject) => gzip.on('end', resolve).on('error', reject));
  for (const weight of all) {
    if (!gzip.write(await storedBytes(weight))) await new Promise((resolve) => gzip.once('drain', resolve));
  }
  gzip.end();
  await ended;
  return bytes;
}
