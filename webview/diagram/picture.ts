// A diagram's SVG as a PNG.
import type { Drawing } from './draw';

/** Chromium draws no canvas with a side longer than this. */
const MAX_SIDE = 16_384;

/** Twice as many pixels as the drawing has, or as many as a picture can have. */
export async function pngOf(svg: string, { width, height }: Drawing): Promise<Uint8Array<ArrayBuffer>> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(2, MAX_SIDE / width, MAX_SIDE / height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('the page has no canvas to draw the picture on');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error(`a picture of ${canvas.width} × ${canvas.height} points could not be made`);
  return new Uint8Array(await blob.arrayBuffer());
}
