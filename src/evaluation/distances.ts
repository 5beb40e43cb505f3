// How far apart two descriptors are.

export type DistanceName = 'cosine' | 'bray-curtis';

export interface Distance {
  readonly name: DistanceName;
  of(a: Float32Array, b: Float32Array): number;
}

/** 1 − cos of the angle between them: 0 to 2. */
const cosine: Distance = {
  name: 'cosine',
  of(a, b) {
    let [product, first, second] = [0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      const [x, y] = [a[i] as number, b[i] as number];
      product += x * y;
      first += x * x;
      second += y * y;
    }
    const norm = Math.sqrt(first * second);
    return norm === 0 ? 1 : 1 - product / norm;
  },
};

/** Σ|a − b| / Σ|a + b| (Bray & Curtis 1957): 0 to 1 where nothing is below 0. */
const brayCurtis: Distance = {
  name: 'bray-curtis',
  of(a, b) {
    let [difference, sum] = [0, 0];
    for (let i = 0; i < a.length; i++) {
      const [x, y] = [a[i] as number, b[i] as number];
      difference += Math.abs(x - y);
      sum += Math.abs(x + y);
    }
    return sum === 0 ? 1 : difference / sum;
  },
};

export const DISTANCES: readonly Distance[] = [cosine, brayCurtis];
