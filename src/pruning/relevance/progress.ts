// How a pass over the data reports, and how it is stopped.
import type { RelevanceOptions } from './score';

export function progressOf({ onProgress, stopped }: RelevanceOptions): { onProgress(done: number, of: number): void } {
  return {
    onProgress(done, of) {
      onProgress?.(done, of);
      if (stopped?.()) throw new Stopped();
    },
  };
}

/** A person stopped the session. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
