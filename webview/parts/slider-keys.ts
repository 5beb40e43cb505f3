// What the keys of a slider do, as the ARIA pattern has it.

/** The value after a key, or undefined for a key that is not the slider's. */
export function slid(key: string, value: number, max: number): number | undefined {
  const page = Math.max(1, Math.round(max / 10));
  const wanted = {
    ArrowRight: value + 1,
    ArrowUp: value + 1,
    ArrowLeft: value - 1,
    ArrowDown: value - 1,
    PageUp: value + page,
    PageDown: value - page,
    Home: 0,
    End: max,
  }[key];
  return wanted === undefined ? undefined : Math.min(max, Math.max(0, wanted));
}
