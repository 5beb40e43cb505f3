// What damage is drawn from: the same seed draws the same.
import type { Random } from '../../src/random';

export const below = (source: Random, count: number): number => Math.floor(source.next() * Math.max(1, count));

export function pick<T>(source: Random, items: readonly T[]): T {
  return items[below(source, items.length)] as T;
}

export function reordered<T>(source: Random, items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = below(source, i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
