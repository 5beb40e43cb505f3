// A canvas that is drawn when it is in sight, and again whenever its size, the theme or what it shows changes.
import { onThemeChange } from './theme';

const all = new Set<CanvasElement>();
let watchingTheme = false;

export abstract class CanvasElement extends HTMLElement {
  readonly #canvas = document.createElement('canvas');
  readonly #resize = new ResizeObserver(() => this.redraw());
  readonly #sight = new IntersectionObserver(([entry]) => {
    this.#inSight = entry?.isIntersecting ?? false;
    if (this.#inSight && this.#stale) this.redraw();
  });
  #inSight = false;
  #stale = true;
  #scheduled = false;

  /** Draws into a cleared area of that many CSS pixels. */
  protected abstract paint(context: CanvasRenderingContext2D, width: number, height: number): void;

  connectedCallback(): void {
    if (!watchingTheme) onThemeChange(() => all.forEach((element) => void element.redraw()));
    watchingTheme = true;
    all.add(this);
    this.replaceChildren(this.#canvas);
    this.#resize.observe(this);
    this.#sight.observe(this);
  }

  disconnectedCallback(): void {
    all.delete(this);
    this.#resize.disconnect();
    this.#sight.disconnect();
  }

  redraw(): void {
    this.#stale = true;
    if (!this.#inSight || this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this;
    const context = this.#canvas.getContext('2d');
    if (context === null || width === 0 || height === 0) return;
    const scale = window.devicePixelRatio;
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    this.paint(context, width, height);
    this.#stale = false;
  }
}
