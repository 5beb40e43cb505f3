// The page as a whole: what model it is about, on which data, and four views of it as tabs.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Tab } from '../src/protocol/panel';
import type { Inspection } from '../src/protocol/session';
import { bytes, counted, shortCount } from '../src/report/format';
import type { Actions } from './actions';
import { icon } from './parts/icon';
import { type Notice, placeholder } from './parts/notice';
import { tabKey } from './parts/tabs';
import { dataOf, isWithoutData } from './plan/data';
import { modelTitle } from './result/model-title';
import type { PageState } from './state';
import { planView } from './views/plan';
import { relevanceView } from './views/relevance';
import { resultView } from './views/result';
import { runView } from './views/run';

const TABS: Readonly<Record<Tab, string>> = { relevance: 'Relevance', plan: 'Plan', run: 'Run', result: 'Result' };

export function app(state: PageState, actions: Actions): TemplateResult {
  const { tab } = state.view;
  return html`<header class="top">
      ${state.model === undefined ? html`<h1>Neuron Pruner</h1>` : heading(state, state.model, actions)}
      <div class="tabs" role="tablist" aria-label="Views">
        ${(Object.keys(TABS) as Tab[]).map((name) => tabButton(name, tab, state, actions))}
      </div>
    </header>
    <main role="tabpanel" id="view" aria-labelledby="tab-${tab}" tabindex="-1">
      ${state.model === undefined && !(tab === 'result' && state.comparison) ? placeholder(noModel(state, actions)) : view(state, tab, actions)}
    </main>`;
}

function view(state: PageState, tab: Tab, actions: Actions): TemplateResult | typeof nothing {
  if (tab === 'result') return resultView(state, actions);
  if (state.model === undefined) return nothing;
  switch (tab) {
    case 'relevance':
      return relevanceView(state, state.model, actions);
    case 'plan':
      return planView(state, state.model, actions);
    case 'run':
      return runView(state, state.model, actions);
  }
}

function noModel({ opening, unreadable }: PageState, actions: Actions): Notice {
  if (opening !== undefined) return { kind: 'loading', text: `Reading ${opening.split(/[\\/]/).slice(-2).join('/')}…` };
  const action = { label: 'Choose a Model', primary: true, run: () => actions.send({ type: 'chooseModel' }) };
  if (unreadable !== undefined) return { kind: 'problem', text: unreadable, action };
  return { kind: 'empty', text: 'Choose a trained model to see which of its neurons matter.', action };
}

function heading({ recipe, noRunning }: PageState, model: Inspection, actions: Actions): TemplateResult {
  const { name, path, format, parameters, macs, bytes: size, warnings, uncounted } = model;
  const title = modelTitle(path);
  const source = dataOf(recipe)?.source;
  const data = isWithoutData(recipe) ? 'Without data' : source === undefined ? 'Choose Data…' : dataTitle(source);
  return html`<div class="title">
    <div class="model">
      <h1 title=${path}><bdi>${title}</bdi></h1>
      <p class="secondary numbers">
        ${name === title ? nothing : html`<bdi>${name}</bdi> · `}${FORMATS[format] ?? format} · ${counted(parameters, 'parameter')} · ${uncounted ? 'at least ' : ''}${shortCount(macs)} multiply-accumulates ·
        ${bytes(size)}
      </p>
      ${warnings.length === 0 ? nothing : html`<p class="warning">${icon('warning')}${warnings.join(' ')}</p>`}
    </div>
    <div class="data">
      ${noRunning === undefined ? nothing : html`<span class="badge" title=${noRunning}>Restricted</span>`}
      <vscode-button appearance="secondary" title=${source ?? ''} @click=${() => actions.send({ type: 'chooseData' })}
        >${icon('database', 'start')}${data}</vscode-button
      >
    </div>
  </div>`;
}

const FORMATS: Readonly<Record<string, string>> = { tfjs: 'TF.js', keras: 'Keras', h5: 'Keras HDF5', onnx: 'ONNX' };

/** A path by its last part. */
function dataTitle(source: string): string {
  return source === 'digits' ? 'Built-in digits' : (source.split(/[\\/]/).filter(Boolean).at(-1) ?? source);
}

function tabButton(name: Tab, current: Tab, state: PageState, actions: Actions): TemplateResult {
  const selected = name === current;
  const onKey = (event: KeyboardEvent): void => {
    const names = Object.keys(TABS) as Tab[];
    const next = tabKey(event.key, names, name);
    if (next === undefined) return;
    event.preventDefault();
    actions.look({ tab: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return html`<button
    role="tab"
    id="tab-${name}"
    aria-selected=${selected}
    aria-controls="view"
    tabindex=${selected ? 0 : -1}
    @click=${() => actions.look({ tab: name })}
    @keydown=${onKey}
  >
    ${TABS[name]}${name === 'run' && isRunning(state) ? html`<span class="codicon codicon-loading codicon-modifier-spin" aria-label="running"></span>` : nothing}
  </button>`;
}

function isRunning({ session }: PageState): boolean {
  return session?.status === 'running' || session?.status === 'stopping';
}
