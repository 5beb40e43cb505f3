// A picture's pixels, and what a person may ask for: another size, grey or colour.
import type { ImageOptions } from '../options';

export interface Pixels {
  readonly height: number;
  readonly width: number;
  /** 1 grey, 3 colour, 4 colour and how opaque. */
  readonly channels: number;
  /** Row after row, channels last, 0 to 255. */
  readonly data: Uint8Array | Float32Array;
}

/** ITU-R BT.601, as PIL's "L" and most frameworks have it. */
const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114];

export function changed(pixels: Pixels, { size, colour }: ImageOptions): Pixels {
  const coloured = colour === 'grey' ? grey(pixels) : colour === 'rgb' ? rgb(pixels) : pixels;
  return size === undefined ? coloured : resized(coloured, size[0], size[1]);
}

function grey(pixels: Pixels): Pixels {
  const { height, width, channels, data } = pixels;
  if (channels === 1) return pixels;
  const result = new Float32Array(height * width);
  for (let i = 0; i < result.length; i++) {
    const [r, g, b] = [data[i * channels], data[i * channels + 1], data[i * channels + 2]] as [number, number, number];
    result[i] = RED * r + GREEN * g + BLUE * b;
  }
  return { height, width, channels: 1, data: result };
}

/** Grey becomes three equal channels; how opaque a pixel is is left out. */
function rgb(pixels: Pixels): Pixels {
  const { height, width, channels, data } = pixels;
  if (channels === 3) return pixels;
  const result = new Float32Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    for (let channel = 0; channel < 3; channel++) {
      result[i * 3 + channel] = data[i * channels + (channels === 1 ? 0 : channel)] as number;
    }
  }
  return { height, width, channels: 3, data: result };
}

/** Each new pixel is the mean of the old ones it covers; where it is enlarged, bilinear between the nearest. */
export function resized(pixels: Pixels, height: number, width: number): Pixels {
  if (height === pixels.height && width === pixels.width) return pixels;
  const { channels } = pixels;
  const rows = shares(pixels.height, height);
  const columns = shares(pixels.width, width);
  const narrow = new Float32Array(pixels.height * width * channels);
  for (let y = 0; y < pixels.height; y++) {
    for (let x = 0; x < width; x++) {
      for (const { from, share } of columns[x] as Share[]) {
        for (let c = 0; c < channels; c++) {
          const to = (y * width + x) * channels + c;
          narrow[to] =
            (narrow[to] as number) + share * (pixels.data[(y * pixels.width + from) * channels + c] as number);
        }
      }
    }
  }
  const data = new Float32Array(height * width * channels);
  const stride = width * channels;
  for (let y = 0; y < height; y++) {
    for (const { from, share } of rows[y] as Share[]) {
      for (let i = 0; i < stride; i++) {
        data[y * stride + i] = (data[y * stride + i] as number) + share * (narrow[from * stride + i] as number);
      }
    }
  }
  return { height, width, channels, data };
}

interface Share {
  readonly from: number;
  readonly share: number;
}

/** For each of `after` pixels of a line which of `before` it is made of: a triangle as wide as the step, cut at the ends. */
function shares(before: number, after: number): Share[][] {
  const step = before / after;
  const reach = Math.max(1, step);
  return Array.from({ length: after }, (_, i) => {
    const centre = (i + 0.5) * step;
    const [first, last] = [Math.max(0, Math.floor(centre - reach)), Math.min(before - 1, Math.ceil(centre + reach))];
    const list: Share[] = [];
    for (let from = first; from <= last; from++) {
      const share = 1 - Math.abs(from + 0.5 - centre) / reach;
      if (share > 0) list.push({ from, share });
    }
    const sum = list.reduce((total, { share }) => total + share, 0);
    return list.map(({ from, share }) => ({ from, share: share / sum }));
  });
}
