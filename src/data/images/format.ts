// A picture format: told by its first bytes, measured by its header, then decoded.
import type { Pixels } from './pixels';

export interface ImageFormat {
  readonly name: string;
  /** Whether a file that starts so is of this format. */
  is(start: Uint8Array): boolean;
  /** Undefined where `start` does not hold the whole header. Throws where it is damaged. */
  measure(start: Uint8Array): ImageSize | undefined;
  /** The file must have been measured: its size is known to be bearable. Throws where it is damaged. */
  decode(file: Uint8Array): Pixels;
}

export interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export function bigEndian16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function startsWith(bytes: Uint8Array, ...start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}
