// <np-channels>: the channels of a layer as a table of which only what is in sight is drawn.
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { ChannelWeights } from '../../src/protocol/session';
import { count, percent, score } from '../../src/report/format';
import { moved, scrollTo, windowOf } from '../parts/virtual-list';
import { rivalsOf } from './ranking';

export interface ChannelTableData {
  readonly layer: string;
  readonly scores: readonly number[];
  /** Channels in the order shown. */
  readonly shown: Uint32Array;
  readonly ranks: Uint32Array;
  /** Channels of a higher rank number than this are below the threshold. */
  readonly kept: number;
  /** Neurons a maxout unit, where they compete. */
  readonly neurons?: number;
  readonly weights?: ChannelWeights;
  readonly selected: number;
}

/** Pixels; style/relevance.css sets the same. */
const ROW_HEIGHT = 26;

export class ChannelTable extends HTMLElement {
  readonly #resize = new ResizeObserver(() => this.#draw());
  #data: ChannelTableData | undefined;
  #scheduled = false;
  #followed: string | undefined;

  set data(data: ChannelTableData) {
    this.#data = data;
    this.#draw();
    this.#follow();
  }

  connectedCallback(): void {
    this.addEventListener('scroll', this.#onScroll, { passive: true });
    this.addEventListener('keydown', this.#onKey);
    this.#resize.observe(this);
  }

  disconnectedCallback(): void {
    this.removeEventListener('scroll', this.#onScroll);
    this.removeEventListener('keydown', this.#onKey);
    this.#resize.disconnect();
  }

  readonly #onScroll = (): void => {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#draw();
    });
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (this.#data === undefined) return;
    const { shown } = this.#data;
    const page = Math.max(1, Math.floor(this.#viewport / ROW_HEIGHT) - 1);
    const next = moved(event.key, this.#selectedRow, shown.length, page);
    if (next === undefined) return;
    event.preventDefault();
    this.#select(shown[next] as number);
  };

  get #selectedRow(): number {
    return this.#data ? this.#data.shown.indexOf(this.#data.selected) : -1;
  }

  get #viewport(): number {
    return this.clientHeight - ROW_HEIGHT;
  }

  #select(channel: number): void {
    this.dispatchEvent(new CustomEvent<number>('choose', { detail: channel }));
  }

  /** Brings a newly selected row into sight; a person's own scrolling is left alone. */
  #follow(): void {
    const key = this.#data && `${this.#data.layer} ${this.#data.selected} ${this.#data.shown[0]}`;
    if (key === this.#followed || this.clientHeight === 0) return;
    this.#followed = key;
    this.scrollTop = scrollTo(this.#selectedRow, ROW_HEIGHT, this.scrollTop, this.#viewport);
  }

  #draw(): void {
    if (this.#data === undefined || !this.isConnected) return;
    const data = this.#data;
    const { from, to, offset, height } = windowOf(data.shown.length, ROW_HEIGHT, this.scrollTop, this.#viewport);
    const rows = Array.from({ length: to - from }, (_, i) => from + i);
    const top = data.scores.reduce((max, value) => Math.max(max, value), 0);
    this.setAttribute('aria-rowcount', String(data.shown.length + 1));
    this.setAttribute('aria-activedescendant', rowId(data.selected));
    render(
      html`<div role="rowgroup" class="head">${header(data)}</div>
        <div role="rowgroup" class="rows" .style=${`height: ${height}px; --offset: ${offset}px`}>
          <div role="presentation" class="window">
            ${repeat(
              rows,
              (row) => row,
              (row) => this.#row(data, row, top),
            )}
          </div>
        </div>`,
      this,
    );
  }

  #row(data: ChannelTableData, row: number, top: number): TemplateResult {
    const { scores, ranks, kept, neurons, weights, selected, shown } = data;
    const channel = shown[row] as number;
    const own = scores[channel] ?? Number.NaN;
    const rank = ranks[channel] ?? 0;
    const below = rank > kept;
    const share = neurons === undefined ? undefined : rivalsOf(scores, neurons, channel)[channel % neurons]?.share;
    return html`<div
      role="row"
      id=${rowId(channel)}
      class=${below ? 'row below' : 'row'}
      aria-rowindex=${row + 2}
      aria-selected=${channel === selected}
      @click=${() => this.#select(channel)}
    >
      <span role="gridcell" class="number">${count(rank)}</span>
      <span role="gridcell" class="number">${count(channel)}</span>
      ${weights?.kernels === undefined ? nothing : html`<span role="gridcell" class="kernel" aria-label="kernel ${channel}"><np-kernel .data=${[weights.kernels, channel]}></np-kernel></span>`}
      <span role="gridcell" class="score"
        ><i class="bar" .style=${`--size: ${top > 0 ? Math.max(0, own) / top : 0}`}></i>${score(own)}</span
      >
      ${neurons === undefined ? nothing : html`<span role="gridcell" class="number">${count(Math.floor(channel / neurons))}</span><span role="gridcell" class="number">${share === undefined ? '' : percent(share)}</span>`}
      <span role="gridcell" class="number wide">${norm(weights?.l1, channel)}</span>
      <span role="gridcell" class="number wide">${norm(weights?.l2, channel)}</span>
    </div>`;
  }
}

function header({ neurons, weights }: ChannelTableData): TemplateResult {
  const name = (text: string, kind = ''): TemplateResult =>
    html`<span role="columnheader" class=${kind}>${text}</span>`;
  return html`<div role="row" aria-rowindex="1" class="row">
    ${name('Rank', 'number')}${name('Channel', 'number')}${weights?.kernels === undefined ? nothing : name('Kernel', 'kernel')}${name('Score', 'score')}${
      neurons === undefined ? nothing : [name('Unit', 'number'), name('Share', 'number')]
    }${name('L1 norm', 'number wide')}${name('L2 norm', 'number wide')}
  </div>`;
}

function norm(norms: readonly number[] | undefined, channel: number): string {
  return norms === undefined ? '' : score(norms[channel] ?? Number.NaN);
}

function rowId(channel: number): string {
  return `channel-${channel}`;
}

customElements.define('np-channels', ChannelTable);
