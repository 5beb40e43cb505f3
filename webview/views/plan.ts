// The Plan view: what will be cut and how, and exactly what that comes to.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Inspection } from '../../src/protocol/session';
import { counted } from '../../src/report/format';
import type { Actions } from '../actions';
import { icon } from '../parts/icon';
import { banner, placeholder } from '../parts/notice';
import { dataOf, isWithoutData } from '../plan/data';
import { planForm } from '../plan/form';
import { layerTable, totals } from '../plan/prediction';
import type { PageState } from '../state';

export function planView(state: PageState, model: Inspection, actions: Actions): TemplateResult {
  const { recipe, problems, noRunning, session } = state;
  if (!model.layers.some(({ prunable }) => prunable)) {
    return placeholder({
      kind: 'empty',
      text: `There is nothing to plan: no layer of ${model.name} can be pruned.`,
      action: { label: 'Choose Another Model', run: () => actions.send({ type: 'chooseModel' }) },
    });
  }
  const chooseData = (): void => actions.send({ type: 'chooseData' });
  const withoutData = isWithoutData(recipe);
  if (recipe === undefined || (dataOf(recipe) === undefined && !withoutData)) {
    return placeholder({
      kind: 'empty',
      text: 'A plan needs data to measure, retrain and test on. Without any, a network can be cut by its weights alone.',
      action: { label: 'Choose Data', primary: true, run: chooseData },
    });
  }
  const running = session?.status === 'running' || session?.status === 'stopping';
  return html`<div class="view plan">
    ${
      noRunning === undefined
        ? nothing
        : banner({
            kind: 'untrusted',
            text: noRunning,
            action: { label: 'Manage Workspace Trust', run: () => actions.send({ type: 'trust' }) },
          })
    }
    ${
      withoutData
        ? banner({
            kind: 'note',
            text: 'Without data the network is cut once, by its weights alone. Nothing is retrained or tested: how well it still does is not known.',
            action: { label: 'Choose Data', run: chooseData },
          })
        : nothing
    }
    ${problems.plan === undefined ? nothing : banner({ kind: 'problem', text: problems.plan })}
    <div class="actions">
      <vscode-button
        ?disabled=${noRunning !== undefined || running || problems.plan !== undefined}
        @click=${() => {
          actions.look({ tab: 'run' });
          actions.send({ type: 'run' });
        }}
        >${icon('play', 'start')}Run</vscode-button
      >
      <vscode-button appearance="secondary" @click=${() => actions.send({ type: 'saveRecipe' })}
        >${icon('save', 'start')}Save Recipe…</vscode-button
      >
      <p class="secondary">${iterations(state)}</p>
    </div>
    <div class="columns">
      <div class="settings">
        ${planForm(state, model, recipe, actions)}
      </div>
      <section class="outcome" aria-label="What the plan comes to">
        ${totals(state)} ${layerTable(state, model, recipe, actions)}
      </section>
    </div>
  </div>`;
}

function iterations({ prediction }: PageState): string {
  if (prediction === undefined) return '';
  if (prediction.open) return 'As many cuts as it takes; how small it gets is found while it runs.';
  const titles = prediction.iterations.slice(1);
  return `${counted(titles.length, 'iteration')}: ${titles.join(' → ')}`;
}
