// The architecture of a model, or of two side by side, with what zooms and exports it.
import { html, type TemplateResult } from 'lit-html';
import type { Inspection } from '../../src/protocol/session';
import type { Actions } from '../actions';
import { icon } from '../parts/icon';
import type { DiagramElement } from './diagram-element';
import './diagram-element';

export function architecture(models: readonly [Inspection, Inspection?], actions: Actions): TemplateResult {
  const button = (name: string, codicon: string, run: (diagram: DiagramElement) => void): TemplateResult =>
    html`<vscode-button
      appearance="icon"
      aria-label=${name}
      title=${name}
      @click=${() => {
        const diagram = shownDiagram();
        if (diagram !== undefined) run(diagram);
      }}
      >${icon(codicon)}</vscode-button
    >`;
  return html`<section class="architecture" aria-label="Architecture">
    <header>
      <h3>Architecture${models.length > 1 ? ' before and after' : ''}</h3>
      <div class="buttons">
        ${button('Zoom in', 'zoom-in', (diagram) => diagram.zoomBy(1.25))}
        ${button('Zoom out', 'zoom-out', (diagram) => diagram.zoomBy(0.8))}
        ${button('Fit', 'screen-full', (diagram) => diagram.fit())}
        <vscode-button appearance="secondary" @click=${() => exportDiagram('svg', actions)}>Export SVG…</vscode-button>
        <vscode-button appearance="secondary" @click=${() => exportDiagram('png', actions)}>Export PNG…</vscode-button>
      </div>
    </header>
    <np-diagram
      .elkWorker=${document.body.dataset.elkWorker ?? ''}
      .models=${models}
      @choose=${(event: CustomEvent<string>) => actions.look({ layer: event.detail })}
    ></np-diagram>
  </section>`;
}

/** Sends what is drawn back to the extension, which asks where it goes. */
export async function exportDiagram(format: 'svg' | 'png', actions: Pick<Actions, 'send'>): Promise<void> {
  const content = await shownDiagram()?.exported(format);
  if (content !== undefined) actions.send({ type: 'exportDiagram', format, content });
}

function shownDiagram(): DiagramElement | undefined {
  return document.querySelector<DiagramElement>('np-diagram') ?? undefined;
}
