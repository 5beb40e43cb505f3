// <np-columns>: a layer's channels by relevance, the least on the left; those left of the threshold are pale.
import { CanvasElement } from '../parts/canvas';
import { colourOf } from '../parts/theme';
import { type Column, columnsOf } from './columns';

export interface ColumnsData {
  readonly scores: readonly number[];
  readonly order: Uint32Array;
  /** Channels below the threshold. */
  readonly below: number;
}

/** Narrower columns stand without a gap. */
const GAP_FROM = 4;
/** A score of nothing still shows. */
const LEAST_HEIGHT = 1;

export class ColumnsChart extends CanvasElement {
  #data: ColumnsData | undefined;

  set data(data: ColumnsData) {
    const old = this.#data;
    if (old && old.scores === data.scores && old.below === data.below) return;
    this.#data = data;
    this.redraw();
  }

  protected override paint(context: CanvasRenderingContext2D, width: number, height: number): void {
    if (this.#data === undefined) return;
    const { scores, order, below } = this.#data;
    const columns = columnsOf(scores, order, width);
    const each = width / columns.length;
    const gap = each >= GAP_FROM ? 1 : 0;
    const colours = { kept: colourOf(this, '--kept'), cut: colourOf(this, '--cut') };
    columns.forEach((column, i) => {
      context.fillStyle = isBelow(column, below) ? colours.cut : colours.kept;
      const tall = Math.max(LEAST_HEIGHT, column.height * height);
      context.fillRect(i * each, height - tall, each - gap, tall);
    });
  }
}

function isBelow({ to }: Column, below: number): boolean {
  return to <= below;
}

customElements.define('np-columns', ColumnsChart);
