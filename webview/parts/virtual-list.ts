// Which rows of a long list are in sight.

export interface Window {
  /** First row to draw and the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Pixels from the list's top to the first row drawn. */
  readonly offset: number;
  /** Of the whole list, were all rows drawn. */
  readonly height: number;
}

/** Rows drawn beyond what is in sight, so that scrolling shows no gap. */
const OVERSCAN = 6;

export function windowOf(rows: number, rowHeight: number, scrolled: number, viewport: number): Window {
  const first = Math.floor(Math.max(0, scrolled) / rowHeight);
  const from = Math.max(0, Math.min(rows, first - OVERSCAN));
  const to = Math.max(from, Math.min(rows, first + Math.ceil(viewport / rowHeight) + OVERSCAN));
  return { from, to, offset: from * rowHeight, height: rows * rowHeight };
}

/** Where to scroll so that a row is in sight: as little as possible. */
export function scrollTo(row: number, rowHeight: number, scrolled: number, viewport: number): number {
  const top = row * rowHeight;
  if (top < scrolled) return top;
  if (top + rowHeight > scrolled + viewport) return top + rowHeight - viewport;
  return scrolled;
}

/** The row after a key in a list, or undefined for a key that is not the list's. */
export function moved(key: string, row: number, rows: number, page: number): number | undefined {
  const wanted = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + page,
    PageUp: row - page,
    Home: 0,
    End: rows - 1,
  }[key];
  return wanted === undefined ? undefined : Math.min(rows - 1, Math.max(0, wanted));
}
