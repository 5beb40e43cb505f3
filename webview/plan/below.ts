// How many channels of a layer a plan puts below the threshold, and the share a recipe says it with.

/** Channels that a share cuts: the planner rounds down, and leaves one. */
export function belowOf(share: number, channels: number): number {
  return Math.min(channels - 1, Math.max(0, Math.floor(channels * share + 1e-9)));
}

/** The shortest share that cuts so many. */
export function shareFor(below: number, channels: number): number {
  if (below <= 0) return 0;
  for (let digits = 2; digits <= 6; digits++) {
    const share = Math.ceil((below / channels) * 10 ** digits) / 10 ** digits;
    if (share < 1 && belowOf(share, channels) === below) return share;
  }
  return (below + 0.5) / channels;
}
