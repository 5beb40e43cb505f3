// The page of the architecture editor: a model's figures, its layers in a table and as a diagram.
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { briefCount, bytes, count, counted } from '../../src/numbers';
import type { DiagramFormat, FromArchitecture, ToArchitecture } from '../../src/protocol/architecture';
import type { Inspection, LayerPart } from '../../src/protocol/session';
import { Diagram } from '../diagram/diagram';
import { LayerGrid } from './layer-grid';
import { matching } from './search';

interface Host {
  postMessage(message: FromArchitecture): void;
}
declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const root = document.createElement('main');
root.id = 'architecture';
document.body.append(root);
const gridHost = document.createElement('div');
gridHost.className = 'layers';
const diagramHost = document.createElement('div');
diagramHost.className = 'drawing';

let model: { readonly title: string; readonly inspection: Inspection } | undefined;
let problem: { readonly title: string; readonly message: string } | undefined;
let search = '';
let selected: string | undefined;
/** In a narrow page one of the two is shown. */
let view: 'table' | 'diagram' = 'diagram';
/** What is drawn; the last drawing that was asked for. */
let drawn: Promise<void> = Promise.resolve();

const grid = new LayerGrid(gridHost, (layer) => select(layer, 'table'));
const diagram = new Diagram(diagramHost, {
  elkWorker: document.body.dataset.elkWorker ?? '',
  onSelect: (layer) => select(layer, 'diagram'),
});

window.addEventListener('message', ({ data }: MessageEvent<ToArchitecture>) => receive(data));
host.postMessage({ type: 'ready' });

function receive(message: ToArchitecture): void {
  switch (message.type) {
    case 'model':
      model = message;
      problem = undefined;
      draw();
      grid.show(message.inspection);
      find(search);
      drawn = diagram.show(message.inspection).catch(failed);
      return;
    case 'unreadable':
      problem = message;
      draw();
      return;
    case 'reveal':
      void drawn.then(() => select(message.layer, 'host'));
  }
}

function failed(error: unknown): void {
  diagramHost.replaceChildren(
    Object.assign(document.createElement('p'), { textContent: `The diagram could not be drawn: ${String(error)}` }),
  );
}

function select(layer: string, by: 'table' | 'diagram' | 'host'): void {
  selected = layer;
  if (by !== 'table') grid.select(layer);
  if (by !== 'diagram') diagram.select(layer);
  draw();
}

function find(text: string): void {
  search = text;
  if (model === undefined) return;
  const found = matching(model.inspection.layers, text);
  grid.filter(found);
  diagram.emphasise(text.trim() === '' ? undefined : new Set(found.map(({ name }) => name)));
  draw();
}

async function exportDiagram(format: DiagramFormat): Promise<void> {
  await drawn;
  const content = format === 'svg' ? diagram.svg() : await asBase64(await diagram.png());
  host.postMessage({ type: 'diagram', format, content });
}

function asBase64(data: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([data]));
  });
}

function draw(): void {
  render(
    problem ? unreadable(problem) : model ? page(model) : html`<p class="notice" role="status">Reading the model…</p>`,
    root,
  );
}

function unreadable({ title, message }: { readonly title: string; readonly message: string }): TemplateResult {
  return html`<div class="notice"><h1>${title}</h1><p role="alert">${message}</p></div>`;
}

function page({ title, inspection }: NonNullable<typeof model>): TemplateResult {
  const run = (command: 'prune' | 'inspectRelevance') => () => host.postMessage({ type: 'run', command });
  return html`<header>
      <div class="title">
        <h1>${title}</h1>
        <p>
          ${inspection.name !== title ? html`<span>${inspection.name}</span>` : nothing}
          <span>${counted(inspection.layers.length, 'layer')}</span>
          <span>${count(inspection.parameters)} parameters</span>
          <span title="Multiply-accumulates for one sample">${inspection.uncounted ? 'at least ' : ''}${briefCount(inspection.macs)} MACs</span>
          <span>${bytes(inspection.bytes)}</span>
        </p>
      </div>
      <div class="actions">
        <button class="primary" @click=${run('prune')}>Prune Model</button>
        <button @click=${run('inspectRelevance')}>Inspect Relevance</button>
      </div>
    </header>
    <div class="bar">
      <input
        type="search"
        placeholder="Search layers"
        aria-label="Search layers by name or type"
        .value=${search}
        @input=${(event: Event) => find((event.target as HTMLInputElement).value)}
      />
      <span class="found" role="status">${found(inspection)}</span>
      <div class="views" role="group" aria-label="Show">
        ${viewButton('table', 'Table')} ${viewButton('diagram', 'Diagram')}
      </div>
      <div class="tools" role="group" aria-label="Diagram">
        ${tool('−', 'Zoom out', () => diagram.zoomBy(0.8))} ${tool('+', 'Zoom in', () => diagram.zoomBy(1.25))}
        ${tool('Fit', 'Fit the diagram', () => diagram.fit())}
        ${tool('SVG', 'Export the diagram as SVG', () => void exportDiagram('svg'))}
        ${tool('PNG', 'Export the diagram as PNG', () => void exportDiagram('png'))}
      </div>
    </div>
    <div class="both" data-view=${view}>${gridHost}${diagramHost}</div>
    ${selected === undefined ? nothing : details(inspection, selected)}`;
}

function found({ layers }: Inspection): string {
  return search.trim() === '' ? '' : `${count(matching(layers, search).length)} of ${counted(layers.length, 'layer')}`;
}

function viewButton(own: typeof view, label: string): TemplateResult {
  const show = (): void => {
    view = own;
    draw();
    if (own === 'diagram') diagram.fit();
  };
  return html`<button aria-pressed=${view === own} @click=${show}>${label}</button>`;
}

function tool(label: string, title: string, run: () => void): TemplateResult {
  return html`<button title=${title} aria-label=${title} @click=${run}>${label}</button>`;
}

/** More names than these nobody reads. */
const MOST_NAMES = 8;

function some(names: readonly string[]): string {
  const left = names.length - MOST_NAMES;
  return left > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${count(left)} more` : names.join(', ');
}

/** One of several kinds of channels that a layer makes. */
function partText({ name, channels, together, reason, coupled }: LayerPart): TemplateResult {
  const at = together > 1 ? `, cut ${together} at a time` : '';
  const how = reason === undefined ? `${at}${coupled ? `, with ${some(coupled)}` : ''}` : `, can't be cut: ${reason}`;
  return html`<p>${name}: ${counted(channels, 'channel')}${how}.</p>`;
}

/** What the table has no room for. */
function details({ layers }: Inspection, name: string): TemplateResult | typeof nothing {
  const layer = layers.find((candidate) => candidate.name === name);
  if (layer === undefined) return nothing;
  const { weights, coupled, prunable, reason, channels, parts = [] } = layer;
  return html`<section class="details" aria-label="Chosen layer">
    <h2>${layer.name} <small>${layer.type}</small></h2>
    ${
      weights.length > 0
        ? html`<p>${weights.map(({ name: weight, shape }) => html`<span><code>${weight}</code> ${shape.join(' × ') || 'one value'}</span>`)}</p>`
        : nothing
    }
    ${parts.map(partText)}
    ${coupled ? html`<p>Cut together with ${some(coupled)}.</p>` : nothing}
    ${
      prunable
        ? html`<button @click=${() => host.postMessage({ type: 'run', command: 'prune', layer: name })}>Prune this layer</button>`
        : channels === null
          ? nothing
          : html`<p>Its channels can't be cut: ${reason}.</p>`
    }
  </section>`;
}
