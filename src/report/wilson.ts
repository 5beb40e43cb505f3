// How well a share is known from a sample: the Wilson score interval (Wilson 1927).

/** 95 % of a standard normal distribution lies within ± this. */
const Z = 1.959964;

/** The 95 % interval of a share observed on so many samples. */
export function wilsonInterval(share: number, samples: number): readonly [low: number, high: number] {
  if (samples <= 0) return [share, share];
  const square = Z ** 2 / samples;
  const centre = (share + square / 2) / (1 + square);
  const half = (Z / (1 + square)) * Math.sqrt((share * (1 - share)) / samples + square / (4 * samples));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
