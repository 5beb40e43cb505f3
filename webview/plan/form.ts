// The form of the Plan view: method, target, retraining, stop rule.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { RecipeFile } from '../../src/protocol/recipe-file';
import type { Inspection } from '../../src/protocol/session';
import { distillationOf } from '../../src/session/usual-distillation';
import type { Actions } from '../actions';
import { checkbox } from '../parts/checkbox';
import { choice } from '../parts/choice';
import { numberField } from '../parts/number-field';
import { section } from '../parts/section';
import { aboutMeasure, measureTitle, needsData } from '../relevance/measures';
import type { PageState } from '../state';
import { isWithoutData } from './data';
import { limits } from './limits';
import { percentField } from './percent-field';
import {
  boundsOf,
  pruneFields,
  pruneOf,
  retrainFields,
  retrainOf,
  usualMeasureOf,
  withMeasure,
  withPrune,
  withRetrain,
} from './settings';
import { stopRule } from './stop-rule';
import { FIGURES, type Figure, type Target, targetOf, withTarget } from './target';
import { untilOf, withUntil } from './until';
import { hasWeights, weights } from './weights';

export function planForm(state: PageState, model: Inspection, recipe: RecipeFile, actions: Actions): TemplateResult {
  const { method: chosen } = pruneOf(recipe);
  const searches = chosen === 'search';
  return html`<form class="form" aria-label="Plan" @submit=${(event: Event) => event.preventDefault()}>
    ${section('Method', method(state, model, recipe, actions))}
    ${isWithoutData(recipe) ? nothing : section('Retraining after every cut', retraining(model, recipe, actions))}
    ${hasWeights(model, recipe) ? section('Weights', weights(model, recipe, actions)) : nothing}
    ${isWithoutData(recipe) ? nothing : section(searches ? 'Until' : 'Stop early', stopRule(recipe, actions))}
    ${chosen === 'maxout' ? nothing : section('Limits', limits(recipe, actions))}
  </form>`;
}

type Method = ReturnType<typeof pruneOf>['method'];

/** Those that need no data, where there is none. */
const BY_WEIGHTS: ReadonlySet<string> = new Set<Method>(['ratio', 'global', 'target']);

const METHODS: Readonly<Record<Method, string>> = {
  maxout: 'Maxout units: the least relevant neuron of each, again and again',
  ratio: 'A share of every layer, the least relevant first',
  global: 'A share of all channels, whatever layer they are in',
  target: 'Down to a size of the whole network',
  search: 'As small as it gets: cuts that grow until the score suffers, then step back',
};

function method(state: PageState, model: Inspection, recipe: RecipeFile, actions: Actions): TemplateResult {
  const { method: chosen, k, ratio, iterations, shrink } = pruneOf(recipe);
  const hasMaxout = model.layers.some(({ neurons }) => neurons !== undefined);
  const onChange = (event: Event): void => {
    const value = (event.target as HTMLElement & { value: string }).value as Method;
    if (value !== chosen && value in METHODS) actions.plan((old) => withMethod(old, value));
  };
  return html`<vscode-radio-group orientation="vertical" aria-label="Method" @change=${onChange} .value=${chosen}>
      ${Object.entries(METHODS)
        .filter(([value]) => !isWithoutData(recipe) || BY_WEIGHTS.has(value))
        .map(([value, text]) => html`<vscode-radio value=${value}>${text}</vscode-radio>`)}
    </vscode-radio-group>
    <div class="fields">
      ${
        chosen === 'maxout' && !hasMaxout
          ? numberField({
              label: 'Neurons a unit (k)',
              value: k,
              bounds: boundsOf(pruneFields.k),
              change: (value) => actions.plan((old) => withPrune(old, { k: value })),
            })
          : nothing
      }
      ${
        chosen === 'ratio' || chosen === 'global'
          ? percentField('Share cut', ratio, (value) =>
              actions.plan((old) => withPrune(old, { ratio: value, ratios: {} })),
            )
          : nothing
      }
      ${chosen === 'target' ? targetFields(model, targetOf(recipe), actions) : nothing}
      ${
        chosen === 'search'
          ? choice<Figure>({
              label: 'Make small',
              value: shrink,
              options: (Object.keys(FIGURES) as Figure[]).map((value) => ({ value, text: FIGURES[value] })),
              choose: (value) => actions.plan((old) => withPrune(old, { shrink: value })),
            })
          : nothing
      }
      ${chosen === 'maxout' ? nothing : byMeasure(state, recipe, chosen === 'search' || isWithoutData(recipe) ? undefined : iterations, actions)}
    </div>
    ${chosen === 'maxout' && !hasMaxout ? html`<p class="hint secondary">Maxout is put on the layers first; one neuron of each unit is left in the end.</p>` : nothing}`;
}

/** Chosen where the recipe names no measure. */
const USUAL = 'default';

function byMeasure(
  { measures }: PageState,
  recipe: RecipeFile,
  iterations: number | undefined,
  actions: Actions,
): TemplateResult {
  const named = measures
    .filter((choice) => !isWithoutData(recipe) || !needsData(choice))
    .map(({ name }) => ({ value: name, text: measureTitle(name) }));
  const usual = usualMeasureOf(recipe);
  const measure = measures.find(({ name }) => name === (recipe.prune?.measure ?? usual));
  return html`${choice({
    label: 'Measure',
    ...(measure && { title: aboutMeasure(measure) }),
    value: recipe.prune?.measure ?? USUAL,
    options: [{ value: USUAL, text: `${measureTitle(usual)} (default)` }, ...named],
    choose: (value) => actions.plan((old) => withMeasure(old, value === USUAL ? undefined : value)),
  })}${
    iterations === undefined
      ? nothing
      : numberField({
          label: 'Iterations',
          value: iterations,
          bounds: boundsOf(pruneFields.iterations),
          change: (value) => actions.plan((old) => withPrune(old, { iterations: value })),
        })
  }`;
}

function withMethod(recipe: RecipeFile, method: Method): RecipeFile {
  // A k that is left behind would say to measure by units of it.
  const { k, ...prune } = recipe.prune ?? {};
  const changed = { ...recipe, prune: { ...prune, ...(method === 'maxout' && k !== undefined && { k }), method } };
  if (method === 'target') return withTarget(changed, targetOf(recipe));
  if (method !== 'search') return changed;
  // A search decides by the score, and cuts neurons alone.
  const { weights: _, ...neurons } = changed;
  const { rule } = untilOf(recipe);
  return rule === 'never' || rule === 'size' ? withUntil(neurons, { rule: 'significant' }) : neurons;
}

function targetFields(model: Inspection, { figure, limit }: Target, actions: Actions): TemplateResult {
  const change = (target: Target): void => actions.plan((old) => withTarget(old, target));
  const share = limit <= 1 ? limit : Math.min(1, limit / Math.max(1, model[figure]));
  return html`${choice<Figure>({
    label: 'Size in',
    value: figure,
    options: (Object.keys(FIGURES) as Figure[]).map((value) => ({ value, text: FIGURES[value] })),
    choose: (value) => change({ figure: value, limit: share }),
  })}${percentField('Share kept', share, (value) => change({ figure, limit: value }))}`;
}

const OPTIMIZERS = { sgd: 'SGD', adam: 'Adam', adamw: 'AdamW' } as const;
const SCHEDULES = { constant: 'Constant', step: 'Step', cosine: 'Cosine', inv: 'Inverse' } as const;

function options<Value extends string>(titles: Readonly<Record<Value, string>>): { value: Value; text: string }[] {
  return (Object.entries(titles) as [Value, string][]).map(([value, text]) => ({ value, text }));
}

function retraining(model: Inspection, recipe: RecipeFile, actions: Actions): TemplateResult {
  const own = retrainOf(recipe, {
    compiled: model.compiled?.optimizer,
    maxout: model.layers.some(({ neurons }) => neurons !== undefined),
  });
  const number = (label: string, name: 'epochs' | 'batch' | 'learningRate' | 'momentum' | 'weightDecay') =>
    numberField({
      label,
      value: own[name],
      bounds: boundsOf(retrainFields[name]),
      change: (value) => actions.plan((old) => withRetrain(old, { [name]: value })),
    });
  return html`<div class="fields">
      ${number('Epochs', 'epochs')} ${number('Batch', 'batch')}
    ${choice({
      label: 'Optimizer',
      value: own.optimizer,
      options: options(OPTIMIZERS),
      choose: (optimizer) => actions.plan((old) => withRetrain(old, { optimizer })),
    })}
    ${number('Learning rate', 'learningRate')}
    ${choice({
      label: 'Schedule',
      value: own.schedule,
      options: options(SCHEDULES),
      choose: (schedule) => actions.plan((old) => withRetrain(old, { schedule })),
    })}
    ${own.optimizer === 'sgd' ? number('Momentum', 'momentum') : nothing} ${number('Weight decay', 'weightDecay')}
    </div>
    ${distillation(recipe, actions)}`;
}

/** Learning from the original: off, or with how much of it. */
function distillation(recipe: RecipeFile, actions: Actions): TemplateResult {
  const own = distillationOf(recipe);
  // Where it is usual, that it is not wanted has to be said.
  const none = distillationOf({ ...(recipe.prune && { prune: recipe.prune }) }) && { weight: 0 };
  const change = (next: NonNullable<RecipeFile['retrain']>['distillation']): void =>
    actions.plan((old) => {
      const { distillation: _, ...retrain } = old.retrain ?? {};
      return { ...old, retrain: { ...retrain, ...(next && { distillation: next }) } };
    });
  const { temperature, weight } = retrainFields.distillation.properties;
  return html`${checkbox({
    text: 'Learn from the original too (distillation)',
    checked: own !== undefined,
    change: (checked) => change(checked ? {} : none),
  })}
    ${
      own === undefined
        ? nothing
        : html`<div class="fields">
            ${percentField('Share of the loss', own.weight ?? weight.default, (value) => change({ ...own, weight: value }))}
            ${numberField({
              label: 'Temperature',
              value: own.temperature ?? temperature.default,
              bounds: boundsOf(temperature),
              change: (value) => change({ ...own, temperature: value }),
            })}
          </div>`
    }`;
}
