// The diagram in a page: drawn into an element, scrolled and zoomed, walked by keyboard, blocks folded and unfolded.
import type { ELK } from 'elkjs/lib/elk-api';
import { type AlignedLayer, alignModels, type DrawnModel } from './aligned';
import { type Block, foldRepeats } from './blocks';
import { type Arrangement, type Drawing, drawDiagram } from './draw';
import { startElk } from './elk-worker';
import { standaloneSvg } from './export';
import { type Layout, layoutBlocks } from './layout';
import { pngOf } from './picture';
import { diagramStyle, THEME } from './style';

export interface DiagramOptions {
  /** URL of dist/webview/elk-worker.js. */
  readonly elkWorker: string;
  /** A person chose a layer, by its name. */
  onSelect?(layer: string): void;
}

/** Narrower than this, before and after are drawn one over the other. */
const BESIDE_FROM = 560;
const SMALLEST_ZOOM = 0.05;
const LARGEST_ZOOM = 3;

export class Diagram {
  readonly #frame = document.createElement('div');
  readonly #svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  readonly #status = document.createElement('p');
  readonly #unfolded = new Set<string>();
  readonly #resized = new ResizeObserver(() => this.#rearrange());
  #engine: Promise<ELK> | undefined;
  #layers: readonly AlignedLayer[] = [];
  #compared = false;
  #title = '';
  #layout: Layout | undefined;
  #drawing: Drawing | undefined;
  #arrangement: Arrangement = 'single';
  #zoom = 1;
  #selected: string | undefined;
  #found: ReadonlySet<string> | undefined;
  /** Counts layouts, so that one overtaken by a later one is dropped. */
  #turn = 0;

  constructor(
    host: HTMLElement,
    private readonly options: DiagramOptions,
  ) {
    addStyle();
    this.#frame.className = 'diagram-frame';
    this.#status.className = 'diagram-status';
    this.#status.setAttribute('role', 'status');
    this.#svg.classList.add('diagram');
    this.#svg.setAttribute('role', 'tree');
    this.#svg.setAttribute('aria-label', 'Diagram of the layers');
    this.#frame.append(this.#status, this.#svg);
    host.append(this.#frame);
    this.#svg.addEventListener('click', (event) => this.#click(event));
    this.#svg.addEventListener('keydown', (event) => this.#key(event));
    this.#frame.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    this.#resized.observe(this.#frame);
  }

  /** Draws a model, or two side by side. */
  async show(before: DrawnModel, after?: DrawnModel): Promise<void> {
    this.#layers = alignModels(before, after);
    this.#compared = after !== undefined;
    this.#title = after === undefined ? before.name : `${before.name}, before and after`;
    this.#unfolded.clear();
    await this.#relayout();
    this.fit();
  }

  /** Marks a layer, or the folded block it is in, as chosen and brings it into view. */
  select(layer: string): void {
    this.#selected = layer;
    this.#mark();
    this.#cardOf(layer)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** Dims every layer but these; undefined dims none. */
  emphasise(layers: ReadonlySet<string> | undefined): void {
    this.#found = layers;
    this.#mark();
  }

  /** Makes the whole width visible, and the whole height unless cards would become too small to read. */
  fit(): void {
    if (this.#drawing === undefined) return;
    const across = this.#frame.clientWidth / this.#drawing.width;
    const down = this.#frame.clientHeight / this.#drawing.height;
    this.#zoomTo(Math.min(1, across, Math.max(down, 0.6)));
  }

  zoomBy(factor: number): void {
    this.#zoomTo(this.#zoom * factor);
  }

  /** As a file of its own, in ink on white. */
  svg(): string {
    return standaloneSvg(this.#drawn(), this.#title);
  }

  async png(): Promise<Uint8Array<ArrayBuffer>> {
    return pngOf(this.svg(), this.#drawn());
  }

  async dispose(): Promise<void> {
    this.#resized.disconnect();
    this.#frame.remove();
    (await this.#engine)?.terminateWorker();
  }

  #drawn(): Drawing {
    if (this.#drawing === undefined) throw new Error('nothing is drawn yet');
    return this.#drawing;
  }

  async #relayout(): Promise<void> {
    const turn = ++this.#turn;
    this.#status.textContent = 'Laying out the diagram…';
    this.#engine ??= startElk(this.options.elkWorker);
    const layout = await layoutBlocks(await this.#engine, foldRepeats(this.#layers, this.#unfolded));
    if (turn !== this.#turn) return;
    this.#layout = layout;
    this.#status.textContent = '';
    this.#arrangement = this.#wantedArrangement();
    this.#draw();
  }

  #wantedArrangement(): Arrangement {
    if (!this.#compared) return 'single';
    return this.#frame.clientWidth < BESIDE_FROM ? 'merged' : 'side-by-side';
  }

  #rearrange(): void {
    const wanted = this.#wantedArrangement();
    if (this.#layout === undefined || wanted === this.#arrangement) return;
    this.#arrangement = wanted;
    this.#draw();
    this.fit();
  }

  #draw(): void {
    if (this.#layout === undefined) return;
    this.#drawing = drawDiagram(this.#layout, this.#arrangement);
    const { width, height, content } = this.#drawing;
    const parsed = new DOMParser().parseFromString(
      `<svg xmlns="http://www.w3.org/2000/svg">${content}</svg>`,
      'image/svg+xml',
    );
    this.#svg.replaceChildren(...document.importNode(parsed.documentElement, true).childNodes);
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#zoomTo(this.#zoom);
    this.#mark();
  }

  #zoomTo(zoom: number): void {
    if (this.#drawing === undefined) return;
    const { width, height } = this.#drawing;
    const before = this.#zoom;
    this.#zoom = Math.min(LARGEST_ZOOM, Math.max(SMALLEST_ZOOM, zoom));
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.#frame;
    this.#svg.setAttribute('width', String(width * this.#zoom));
    this.#svg.setAttribute('height', String(height * this.#zoom));
    // What was in the middle stays there.
    const change = this.#zoom / before;
    this.#frame.scrollLeft = (scrollLeft + clientWidth / 2) * change - clientWidth / 2;
    this.#frame.scrollTop = (scrollTop + clientHeight / 2) * change - clientHeight / 2;
  }

  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.zoomBy(Math.exp(-event.deltaY / 300));
  }

  #click(event: Event): void {
    const target = event.target as Element;
    const fold = target.closest<SVGGElement>('.fold')?.dataset.fold;
    const unfolded = this.#layout?.cards.find(({ block }) => block.within?.id === fold)?.block.within;
    if (fold !== undefined && unfolded !== undefined) void this.#fold(unfolded);
    else this.#activate(target.closest<SVGGElement>('.card')?.dataset.id ?? '');
  }

  #activate(id: string): void {
    const block = this.#layout?.cards.find((card) => card.block.id === id)?.block;
    if (block === undefined) return;
    if (block.layers.length > 1) {
      void this.#unfold(block);
      return;
    }
    this.#selected = id;
    this.#mark();
    this.#focus(id);
    this.options.onSelect?.(id);
  }

  async #unfold(block: Block): Promise<void> {
    this.#unfolded.add(block.id);
    await this.#relayout();
    this.#focus(block.id);
  }

  async #fold(block: Block): Promise<void> {
    this.#unfolded.delete(block.id);
    await this.#relayout();
    this.#focus(block.id);
  }

  #key(event: KeyboardEvent): void {
    const ids = this.#layout?.cards.map(({ block }) => block.id) ?? [];
    const id = (event.target as Element).closest<SVGGElement>('.card')?.dataset.id ?? ids[0] ?? '';
    const at = ids.indexOf(id);
    const block = this.#layout?.cards[at]?.block;
    if (block === undefined) return;
    const actions: Record<string, () => void> = {
      ArrowDown: () => this.#focus(ids[Math.min(ids.length - 1, at + 1)] ?? id),
      ArrowUp: () => this.#focus(ids[Math.max(0, at - 1)] ?? id),
      Home: () => this.#focus(ids[0] ?? id),
      End: () => this.#focus(ids.at(-1) ?? id),
      Enter: () => this.#activate(id),
      ' ': () => this.#activate(id),
      ArrowRight: () => void (block.layers.length > 1 && this.#unfold(block)),
      ArrowLeft: () => void (block.within !== undefined && this.#fold(block.within)),
      '+': () => this.zoomBy(1.25),
      '-': () => this.zoomBy(0.8),
      '0': () => this.fit(),
    };
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  #focus(id: string): void {
    for (const card of this.#cards()) card.setAttribute('tabindex', card.dataset.id === id ? '0' : '-1');
    const card = this.#cardOf(id);
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #mark(): void {
    const cards = this.#cards();
    const chosen = this.#selected === undefined ? undefined : this.#blockOf(this.#selected)?.id;
    for (const [i, card] of cards.entries()) {
      const selected = card.dataset.id === chosen;
      card.setAttribute('aria-selected', String(selected));
      card.setAttribute('tabindex', (chosen === undefined ? i === 0 : selected) ? '0' : '-1');
      const layers = this.#layout?.cards[i]?.block.layers ?? [];
      const found = this.#found;
      card.classList.toggle('dim', found !== undefined && !layers.some(({ name }) => found.has(name)));
    }
  }

  #cards(): SVGGElement[] {
    return [...this.#svg.querySelectorAll<SVGGElement>('.card')];
  }

  #cardOf(layer: string): SVGGElement | undefined {
    const id = this.#blockOf(layer)?.id;
    return this.#cards().find((card) => card.dataset.id === id);
  }

  #blockOf(layer: string): Block | undefined {
    return this.#layout?.cards.find(({ block }) => block.layers.some(({ name }) => name === layer))?.block;
  }
}

const IN_PAGE = `
.diagram-frame { position: relative; overflow: auto; height: 100%; }
.diagram-status:empty { display: none; }
.diagram-status { position: absolute; margin: 0; padding: 16px; color: ${THEME.soft}; }
.diagram { display: block; margin: 0 auto; outline: none; }
.diagram .fold { cursor: pointer; }
.diagram .card { cursor: pointer; outline: none; }
.diagram .card.dim { opacity: 0.3; }
.diagram .card:hover .frame { stroke: ${THEME.accent}; }
.diagram .card[aria-selected="true"] .frame { stroke: ${THEME.accent}; stroke-width: 2; }
.diagram .card:focus-visible .frame { stroke: ${THEME.accent}; stroke-width: 2.5; }
@media (forced-colors: active) { .diagram .kept { fill: Highlight; } }
`;

/** A constructed sheet, which a strict policy allows where a style element would need a nonce. */
function addStyle(): void {
  if (document.adoptedStyleSheets.includes(SHEET)) return;
  SHEET.replaceSync(`${diagramStyle(THEME)}${IN_PAGE}`);
  document.adoptedStyleSheets.push(SHEET);
}

const SHEET = new CSSStyleSheet();
