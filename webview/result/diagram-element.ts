// <np-diagram>: the architecture of a model, or of two side by side.
import type { Inspection } from '../../src/protocol/session';
import { Diagram } from '../diagram/diagram';

type Models = readonly [before: Inspection, after?: Inspection];

export class DiagramElement extends HTMLElement {
  #diagram: Diagram | undefined;
  #shown: Models | undefined;
  #drawn: Promise<void> = Promise.resolve();

  /** URL of the layout engine; before `models`. */
  elkWorker = '';

  set models(models: Models) {
    if (this.#shown && this.#shown[0] === models[0] && this.#shown[1] === models[1]) return;
    this.#shown = models;
    if (this.isConnected) this.#drawn = this.#draw();
  }

  connectedCallback(): void {
    if (this.#shown !== undefined) this.#drawn = this.#draw();
  }

  disconnectedCallback(): void {
    void this.#diagram?.dispose();
    this.#diagram = undefined;
  }

  /** Once it is drawn. */
  async exported(format: 'svg' | 'png'): Promise<string> {
    await this.#drawn;
    if (this.#diagram === undefined) throw new Error('there is nothing to draw');
    return format === 'svg' ? this.#diagram.svg() : base64(await this.#diagram.png());
  }

  zoomBy(factor: number): void {
    this.#diagram?.zoomBy(factor);
  }

  fit(): void {
    this.#diagram?.fit();
  }

  async #draw(): Promise<void> {
    if (this.#shown === undefined) return;
    this.#diagram ??= new Diagram(this, {
      elkWorker: this.elkWorker,
      onSelect: (layer) => this.dispatchEvent(new CustomEvent<string>('choose', { detail: layer })),
    });
    await this.#diagram.show(...this.#shown);
  }
}

/** In parts: a picture is more arguments than a call takes. */
function base64(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}

customElements.define('np-diagram', DiagramElement);
