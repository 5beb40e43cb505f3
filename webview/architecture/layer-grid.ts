// The layers as a grid of rows of one height, of which only those in view are drawn: a model may have thousands.
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { briefCount, count, percent } from '../../src/numbers';
import type { Inspection } from '../../src/protocol/session';
import { shapeText } from '../diagram/figures';

type Layer = Inspection['layers'][number];

const ROW_HEIGHT = 40;
/** Rows drawn above and below what is in view. */
const BEYOND = 10;

export class LayerGrid {
  readonly #body = document.createElement('div');
  readonly #resized = new ResizeObserver(() => this.#draw());
  #all: readonly Layer[] = [];
  #rows: readonly Layer[] = [];
  #active = 0;
  #selected: string | undefined;
  #largest = 1;

  /** @param onSelect a person chose a layer, by its name. */
  constructor(
    private readonly host: HTMLElement,
    private readonly onSelect: (layer: string) => void,
  ) {
    host.setAttribute('role', 'grid');
    host.setAttribute('aria-label', 'Layers');
    host.tabIndex = 0;
    this.#body.setAttribute('role', 'rowgroup');
    this.#body.className = 'rows';
    host.addEventListener('scroll', () => this.#draw());
    host.addEventListener('keydown', (event) => this.#key(event));
    this.#resized.observe(host);
  }

  show({ layers }: Inspection): void {
    this.#all = layers;
    this.#largest = layers.reduce((most, { parameters }) => Math.max(most, parameters), 1);
    this.filter(layers);
  }

  /** Shows only these, which are some of the model's. */
  filter(layers: readonly Layer[]): void {
    this.#rows = layers;
    this.#active = Math.max(
      0,
      layers.findIndex(({ name }) => name === this.#selected),
    );
    this.#draw();
  }

  /** Marks a layer as chosen and brings it into view. */
  select(layer: string): void {
    this.#selected = layer;
    const at = this.#rows.findIndex(({ name }) => name === layer);
    if (at >= 0) this.#go(at);
    else this.#draw();
  }

  #choose(at: number): void {
    const layer = this.#rows[at];
    if (layer === undefined) return;
    this.#selected = layer.name;
    this.#go(at);
    this.onSelect(layer.name);
  }

  #go(at: number): void {
    this.#active = Math.min(this.#rows.length - 1, Math.max(0, at));
    const top = this.#active * ROW_HEIGHT;
    const { scrollTop, clientHeight } = this.host;
    const room = clientHeight - ROW_HEIGHT;
    if (top < scrollTop) this.host.scrollTop = top;
    else if (top + ROW_HEIGHT > scrollTop + room) this.host.scrollTop = top + ROW_HEIGHT - room;
    this.#draw();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.host.clientHeight / ROW_HEIGHT) - 2);
    const moves: Record<string, number> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: this.#rows.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) this.#go(to);
    else if (event.key === 'Enter' || event.key === ' ') this.#choose(this.#active);
    else return;
    event.preventDefault();
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.host;
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - BEYOND);
    const last = Math.min(this.#rows.length, Math.ceil((scrollTop + clientHeight) / ROW_HEIGHT) + BEYOND);
    this.host.setAttribute('aria-rowcount', String(this.#rows.length + 1));
    const active = this.#active >= first && this.#active < last && this.#rows.length > 0;
    if (active) this.host.setAttribute('aria-activedescendant', `layer-${this.#active}`);
    else this.host.removeAttribute('aria-activedescendant');
    this.#body.style.height = `${this.#rows.length * ROW_HEIGHT}px`;
    const rows = this.#rows.slice(first, last);
    render(
      rows.map((layer, i) => this.#row(layer, first + i)),
      this.#body,
    );
    render(html`${HEAD}${this.#body}${this.#rows.length === 0 ? this.#none() : nothing}`, this.host);
    for (const row of this.#body.children) {
      (row as HTMLElement).style.top = `${Number((row as HTMLElement).dataset.at) * ROW_HEIGHT}px`;
    }
    for (const bar of this.#body.querySelectorAll<HTMLElement>('.share')) bar.style.width = `${bar.dataset.share}%`;
  }

  #none(): TemplateResult {
    return html`<p class="none">${this.#all.length === 0 ? 'The model has no layers.' : 'No layer is called so.'}</p>`;
  }

  #row(layer: Layer, at: number): TemplateResult {
    const { name, type, outputShape, channels, parameters, macs, share, prunable, reason, coupled, parts } = layer;
    const able = prunable
      ? parts
        ? 'in parts'
        : coupled
          ? `with ${count(coupled.length)} more`
          : 'yes'
      : channels === null
        ? ''
        : 'no';
    return html`<div
      role="row"
      id="layer-${at}"
      class="row"
      data-at=${at}
      aria-rowindex=${at + 2}
      aria-selected=${name === this.#selected}
      ?data-active=${at === this.#active}
      @click=${() => this.#choose(at)}
    >
      <span role="gridcell" class="name" title=${name}><b>${name}</b><small>${type}</small></span>
      <span role="gridcell" class="shape">${shapeText(outputShape)}</span>
      <span role="gridcell">${channels === null ? '' : count(channels)}</span>
      <span role="gridcell" class="parameters">
        ${parameters === 0 ? '' : html`${count(parameters)}<small>${percent(share)}</small>`}
        ${parameters === 0 ? nothing : html`<i class="share" data-share=${(100 * parameters) / this.#largest}></i>`}
      </span>
      <span role="gridcell">${macs === 0 ? '' : briefCount(macs)}</span>
      <span role="gridcell" class="able" title=${prunable ? (coupled?.join(', ') ?? '') : (reason ?? '')}>${able}</span>
    </div>`;
  }
}

const HEAD = html`<div role="rowgroup" class="head">
  <div role="row" class="row" aria-rowindex="1">
    <span role="columnheader">Layer</span>
    <span role="columnheader">Output</span>
    <span role="columnheader">Channels</span>
    <span role="columnheader">Parameters</span>
    <span role="columnheader" title="Multiply-accumulates for one sample">MACs</span>
    <span role="columnheader">Prunable</span>
  </div>
</div>`;
