// The panel's page: connects to the extension, keeps the state and draws it.
import { render } from 'lit-html';
import type { FromPanel, PanelState } from '../src/protocol/panel';
import type { Actions } from './actions';
import { app } from './app';
import { registerControls } from './controls';
import { connect } from './host';
import { pruneOf } from './plan/settings';
import { exportDiagram } from './result/architecture';
import { type PageState, receive, restored, type ViewState, withComparing, withMeasuring } from './state';
import { createStore } from './store';

registerControls();
const host = connect((message) => {
  store.update((state) => receive(state, message));
  if (message.type === 'exportDiagram') whenDrawn(() => void exportDiagram(message.format, actions));
  wantWeights(store.state);
  keep();
});
const store = createStore<PageState>(restored(host.kept()), (state) => render(app(state, actions), document.body));

const actions: Actions = {
  send(message) {
    if (message.type === 'compareWith') store.update(withComparing);
    sendWaiting();
    host.send(message);
  },
  look(change) {
    store.update((state) => ({ ...state, view: { ...state.view, ...change } }));
    keep();
    wantWeights(store.state);
  },
  plan(change) {
    const { recipe } = store.state;
    if (recipe === undefined) return;
    const changed = change(recipe);
    if (changed === recipe) return;
    store.update((state) => ({ ...state, recipe: changed, predicting: true }));
    sendRecipe({ type: 'recipe', recipe: changed });
  },
  measure(measure) {
    const { recipe } = store.state;
    store.update((state) => withMeasuring(state, measure));
    sendWaiting();
    host.send({ type: 'measure', measure, k: recipe === undefined ? 4 : pruneOf(recipe).k });
  },
};

/** The extension asks for a diagram as it brings the page to the front: it is drawn when the next frame is. */
function whenDrawn(then: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(then));
}

/** What the next life of the page starts from. */
function keep(): void {
  const { model, view } = store.state;
  if (model !== undefined) host.keep({ model: model.path, view } satisfies PanelState & { view: ViewState });
}

/** A dragged threshold changes the plan with every pixel: the extension hears of the last of each frame. */
let waiting: FromPanel | undefined;
function sendRecipe(message: FromPanel): void {
  if (waiting === undefined) requestAnimationFrame(sendWaiting);
  waiting = message;
}

/** Also before any other message, which is about the plan as it is seen. */
function sendWaiting(): void {
  if (waiting !== undefined) host.send(waiting);
  waiting = undefined;
}

/** Asks for the weights of the layer in sight, once. */
const asked = new Set<string>();
function wantWeights({ view, model, weights, relevance }: PageState): void {
  const { layer, tab, measure } = view;
  if (tab !== 'relevance' || model === undefined || layer === undefined || relevance[measure] === undefined) return;
  const key = `${model.path}\n${layer}`;
  if (weights[layer] !== undefined || asked.has(key)) return;
  asked.add(key);
  host.send({ type: 'channelWeights', layer });
}

render(app(store.state, actions), document.body);
host.send({ type: 'ready' });
