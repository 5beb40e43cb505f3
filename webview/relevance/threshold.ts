// The threshold on a layer's columns: channels left of it are below. Dragged by mouse, moved by the arrow keys.
import { html, type TemplateResult } from 'lit-html';
import { slid } from '../parts/slider-keys';
import { thresholdText } from './threshold-text';

export interface Threshold {
  readonly layer: string;
  /** Channels in all. */
  readonly channels: number;
  /** How many are below: never all. */
  readonly below: number;
  /** The score of the first channel kept. */
  readonly at: number;
  change(below: number): void;
}

export function thresholdSlider(threshold: Threshold, chart: TemplateResult): TemplateResult {
  const { layer, channels, below, change } = threshold;
  const max = channels - 1;
  const onPointer = (event: PointerEvent): void => {
    const track = event.currentTarget as HTMLElement;
    if (event.type === 'pointerdown') {
      if (event.button !== 0) return;
      track.setPointerCapture(event.pointerId);
      track.querySelector<HTMLElement>('[role=slider]')?.focus();
      event.preventDefault();
    } else if (!track.hasPointerCapture(event.pointerId)) return;
    const { left, width } = track.getBoundingClientRect();
    change(Math.min(max, Math.max(0, Math.round(((event.clientX - left) / width) * channels))));
  };
  const onKey = (event: KeyboardEvent): void => {
    const next = slid(event.key, below, max);
    if (next === undefined) return;
    event.preventDefault();
    if (next !== below) change(next);
  };
  return html`<div class="threshold" @pointerdown=${onPointer} @pointermove=${onPointer}>
    ${chart}
    <div
      class="handle"
      role="slider"
      tabindex="0"
      aria-label="Threshold of ${layer}"
      aria-valuemin="0"
      aria-valuemax=${max}
      aria-valuenow=${below}
      aria-valuetext=${thresholdText(threshold)}
      .style=${`left: ${(100 * below) / channels}%`}
      @keydown=${onKey}
    ></div>
  </div>`;
}
