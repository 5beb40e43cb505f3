// <np-curve>: a line over the iterations of a session, and marks on their ends.
import { CanvasElement } from '../parts/canvas';
import { colourOf } from '../parts/theme';
import { type Axis, axisOver, type Place } from './curve';

export interface CurveData {
  readonly line: readonly Place[];
  /** Values measured on test samples: after the cut (open) and after retraining (filled). */
  readonly marks: readonly (Place & { readonly filled: boolean })[];
  readonly iterations: number;
  readonly bounds: { readonly least?: number; readonly most?: number };
  label(value: number): string;
}

const LEFT = 56;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 20;
const MARK = 3.5;

export class CurveChart extends CanvasElement {
  #data: CurveData | undefined;

  set data(data: CurveData) {
    this.#data = data;
    this.redraw();
  }

  protected override paint(context: CanvasRenderingContext2D, width: number, height: number): void {
    if (this.#data === undefined) return;
    const { line, marks, iterations, bounds, label } = this.#data;
    const axis = axisOver(
      [...line, ...marks].map(({ y }) => y),
      bounds,
    );
    const frame = { width: width - LEFT - RIGHT, height: height - TOP - BOTTOM };
    const x = (value: number): number => LEFT + (value / Math.max(1, iterations)) * frame.width;
    const y = (value: number): number => TOP + (1 - (value - axis.from) / (axis.to - axis.from)) * frame.height;
    this.#paintFrame(context, axis, iterations, { x, y, width, label });
    context.strokeStyle = colourOf(this, '--line');
    context.lineWidth = 1.5;
    context.lineJoin = 'round';
    context.beginPath();
    let last = Number.NEGATIVE_INFINITY;
    for (const place of line) {
      // Each iteration's line stands alone: what the cut took away is a gap.
      if (Math.floor(place.x - 1e-9) !== Math.floor(last - 1e-9)) context.moveTo(x(place.x), y(place.y));
      else context.lineTo(x(place.x), y(place.y));
      last = place.x;
    }
    context.stroke();
    const ground = colourOf(this, '--ground');
    for (const mark of marks) {
      context.beginPath();
      context.arc(x(mark.x), y(mark.y), MARK, 0, 2 * Math.PI);
      context.fillStyle = mark.filled ? colourOf(this, '--mark') : ground;
      context.strokeStyle = colourOf(this, '--mark');
      context.fill();
      context.stroke();
    }
  }

  #paintFrame(
    context: CanvasRenderingContext2D,
    { ticks }: Axis,
    iterations: number,
    to: { x(value: number): number; y(value: number): number; width: number; label(value: number): string },
  ): void {
    const style = getComputedStyle(this);
    context.font = `${style.fontSize} ${style.fontFamily}`;
    context.fillStyle = style.color;
    context.strokeStyle = colourOf(this, '--grid');
    context.lineWidth = 1;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const tick of ticks) {
      const at = Math.round(to.y(tick)) + 0.5;
      context.beginPath();
      context.moveTo(LEFT, at);
      context.lineTo(to.width - RIGHT, at);
      context.stroke();
      context.fillText(to.label(tick), LEFT - 6, at);
    }
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    for (let i = 0; i < iterations; i++) {
      if (i > 0) {
        const at = Math.round(to.x(i)) + 0.5;
        context.beginPath();
        context.moveTo(at, TOP);
        context.lineTo(at, this.clientHeight - BOTTOM);
        context.stroke();
      }
      context.fillText(String(i), (to.x(i) + to.x(i + 1)) / 2, this.clientHeight - 5);
    }
  }
}

customElements.define('np-curve', CurveChart);
