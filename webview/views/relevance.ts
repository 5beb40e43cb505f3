// The Relevance view: every prunable layer's channels by relevance, a threshold on each, and one layer's channels.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { ownerOf } from '../../src/protocol/layer-parts';
import type { Inspection, LayerInspection, LayerScores, MeasureChoice, Relevance } from '../../src/protocol/session';
import { counted, percent } from '../../src/report/format';
import type { Actions } from '../actions';
import { choice } from '../parts/choice';
import { banner, type Notice, placeholder } from '../parts/notice';
import { dataOf } from '../plan/data';
import { pruneOf, withPrune } from '../plan/settings';
import { belowThreshold, withBelow } from '../plan/threshold';
import { agreementTable } from '../relevance/agreement-table';
import '../relevance/columns-chart';
import { layerDetails } from '../relevance/layer-details';
import { aboutMeasure, measureTitle, needsData } from '../relevance/measures';
import { rankingOf } from '../relevance/ranking';
import { thresholdSlider } from '../relevance/threshold';
import { thresholdText } from '../relevance/threshold-text';
import type { PageState } from '../state';

export function relevanceView(state: PageState, model: Inspection, actions: Actions): TemplateResult {
  const { view, problems } = state;
  const scores = state.relevance[view.measure];
  const measure = state.measures.find(({ name }) => name === view.measure);
  return html`<div class="view relevance">
    ${toolbar(state, measure, actions)}
    ${
      problems.relevance === undefined
        ? nothing
        : banner({
            kind: 'problem',
            text: problems.relevance,
            action: { label: 'Try Again', run: () => actions.measure(view.measure) },
          })
    }
    ${
      scores === undefined
        ? placeholder(unmeasured(state, model, measure, actions))
        : html`${planNote(state, actions)}
            <div class="columns">
              ${layerList(state, model, scores, actions)} ${layerDetails(state, model, scores, actions)}
            </div>`
    }
  </div>`;
}

function toolbar(state: PageState, measure: MeasureChoice | undefined, actions: Actions): TemplateResult {
  const { measures, view, measuring } = state;
  const known = state.relevance[view.measure] !== undefined;
  return html`<div class="toolbar">
    ${choice({
      label: 'Measure',
      value: view.measure,
      options: measures.map(({ name }) => ({ value: name, text: measureTitle(name) })),
      choose: (name) => actions.look({ measure: name }),
    })}
    ${measure === undefined ? nothing : html`<p class="about secondary">${aboutMeasure(measure)}</p>`}
    ${
      known
        ? html`<vscode-button
            appearance="secondary"
            ?disabled=${measuring !== undefined || state.noRunning !== undefined}
            @click=${() => actions.measure(view.measure)}
            >Measure Again</vscode-button
          >`
        : nothing
    }
    ${agreementTable(state, actions)}
  </div>`;
}

/** What stands in place of scores that are not there. */
function unmeasured(state: PageState, model: Inspection, measure: MeasureChoice | undefined, actions: Actions): Notice {
  const { measuring, noRunning, recipe, view } = state;
  if (noRunning !== undefined) {
    return {
      kind: 'untrusted',
      text: noRunning,
      action: { label: 'Manage Workspace Trust', primary: true, run: () => actions.send({ type: 'trust' }) },
    };
  }
  if (!model.layers.some(({ prunable }) => prunable)) {
    const reason = model.layers.find(({ channels }) => channels !== null)?.reason ?? 'it has no layers with channels';
    return {
      kind: 'empty',
      text: `Nothing in ${model.name} can be pruned: ${reason}.`,
      action: { label: 'Choose Another Model', run: () => actions.send({ type: 'chooseModel' }) },
    };
  }
  if (measuring?.measure === view.measure) {
    const { progress } = measuring;
    const share = progress && progress.of > 0 ? `, ${percent(progress.done / progress.of, 0)} done` : '';
    return { kind: 'loading', text: `Measuring which channels of ${model.name} matter${share}…` };
  }
  if (needsData(measure) && dataOf(recipe) === undefined) {
    return {
      kind: 'empty',
      text: 'This measure watches the network at work, so it needs data.',
      action: { label: 'Choose Data', primary: true, run: () => actions.send({ type: 'chooseData' }) },
    };
  }
  const layers = model.layers.filter(({ prunable }) => prunable);
  const channels = layers.reduce((sum, layer) => sum + prunableChannels(layer), 0);
  return {
    kind: 'empty',
    text: `Measure ${counted(channels, 'channel')} in ${counted(layers.length, 'layer')} to see which of them matter.`,
    action: { label: 'Measure', primary: true, run: () => actions.measure(view.measure) },
  };
}

function prunableChannels({ channels, parts }: LayerInspection): number {
  if (parts === undefined) return channels ?? 0;
  return parts.reduce((sum, part) => sum + (part.reason === undefined ? part.channels : 0), 0);
}

/** What the plan does where it does not cut every layer by its threshold. */
const OTHER_METHODS: Readonly<Record<string, string>> = {
  maxout: 'The plan takes the least relevant neuron of every maxout unit.',
  global: 'The plan takes the least relevant channels of the whole network.',
  target: 'The plan cuts down to a size of the whole network.',
};

/** Says when the thresholds are not what the plan cuts by. */
function planNote({ recipe, view }: PageState, actions: Actions): TemplateResult | typeof nothing {
  if (recipe === undefined) return nothing;
  const { method, measure } = pruneOf(recipe);
  const cutByThreshold = (): void => actions.plan((old) => withPrune(old, { method: 'ratio', measure: view.measure }));
  const label = 'Cut by These Thresholds';
  const other = OTHER_METHODS[method];
  if (other !== undefined) {
    return banner({
      kind: 'note',
      text: `${other} Thresholds show what they would take.`,
      action: { label, run: cutByThreshold },
    });
  }
  if (measure !== view.measure) {
    const text = `The plan cuts by ${measureTitle(measure)}, not by the scores shown here.`;
    return banner({ kind: 'note', text, action: { label, run: cutByThreshold } });
  }
  return nothing;
}

function layerList(state: PageState, model: Inspection, relevance: Relevance, actions: Actions): TemplateResult {
  return html`<ul class="layers" aria-label="Layers by relevance">
    ${repeat(
      relevance.layers,
      ({ layer }) => layer,
      (scores) => layerItem(state, ownerOf(scores.layer, model.layers), scores, actions),
    )}
  </ul>`;
}

function layerItem(
  state: PageState,
  layer: LayerInspection | undefined,
  { layer: name, scores }: LayerScores,
  actions: Actions,
): TemplateResult {
  const channels = scores.length;
  const below = state.recipe === undefined ? 0 : belowThreshold(state.recipe, name, channels);
  const { order } = rankingOf(scores);
  const threshold = {
    layer: name,
    channels,
    below,
    at: scores[order[below] ?? 0] ?? 0,
    change(next: number) {
      actions.look({ layer: name });
      actions.plan((recipe) => withBelow(recipe, name, next, channels));
    },
  };
  const selected = state.view.layer === name;
  return html`<li class=${selected ? 'layer selected' : 'layer'}>
    <button
      class="title"
      aria-current=${selected ? 'true' : 'false'}
      @click=${() => actions.look({ layer: name, channel: undefined })}
    >
      <span class="name">${name}</span> <span class="secondary">${layer?.type}</span>
    </button>
    <span class="secondary numbers">${thresholdText(threshold)}</span>
    ${thresholdSlider(threshold, html`<np-columns aria-hidden="true" .data=${{ scores, order, below }}></np-columns>`)}
  </li>`;
}
