// The stop rule in the form of the Plan view.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { RecipeFile } from '../../src/protocol/recipe-file';
import type { Actions } from '../actions';
import { choice } from '../parts/choice';
import { numberField } from '../parts/number-field';
import { pruneOf } from './settings';
import { type ScoreMetric, type SizeFigure, type Until, untilOf, withUntil } from './until';

/** Where a rule on size starts when it is chosen. */
const USUAL_SIZE: Until = { rule: 'size', figure: 'parameters', limit: 20, unit: '%' };
/** The same of a rule on the score. */
const USUAL_SCORE: Until = { rule: 'score', metric: 'accuracy', limit: 90, unit: '%' };

export function stopRule(recipe: RecipeFile, actions: Actions): TemplateResult {
  const until = untilOf(recipe);
  const searches = pruneOf(recipe).method === 'search';
  const change = (next: Until): void => actions.plan((old) => withUntil(old, next));
  return html`<div class="fields stop-rule">
    ${choice<Until['rule']>({
      label: searches ? 'Good enough' : 'Stop',
      // A search has no end but by a rule on the score: significant where none is given.
      value: searches && (until.rule === 'never' || until.rule === 'size') ? 'significant' : until.rule,
      options: searches
        ? [
            { value: 'significant', text: 'While no accuracy is significantly lost' },
            { value: 'score', text: 'While the score is at least' },
          ]
        : [
            { value: 'never', text: 'When every iteration is done' },
            { value: 'significant', text: 'Before accuracy is significantly lost' },
            { value: 'score', text: 'Before the score is too low' },
            { value: 'size', text: 'Once it is small enough' },
          ],
      choose: (rule) => change(rule === 'size' ? USUAL_SIZE : rule === 'score' ? USUAL_SCORE : { rule }),
    })}
    ${until.rule === 'size' && !searches ? sizeFields(until, change) : nothing}
    ${until.rule === 'score' ? scoreFields(until, change) : nothing}
  </div>`;
}

const METRICS: Readonly<Record<ScoreMetric, string>> = {
  accuracy: 'Accuracy',
  'binary-accuracy': 'Binary accuracy',
  'mean-iou': 'Mean IoU',
  verification: 'Verification accuracy',
  r2: 'R²',
  mse: 'Mean squared error',
  mae: 'Mean absolute error',
};

function scoreFields(until: Extract<Until, { rule: 'score' }>, change: (next: Until) => void): TemplateResult {
  const isError = until.metric === 'mse' || until.metric === 'mae';
  return html`${choice<ScoreMetric>({
    label: 'Score',
    value: until.metric,
    options: (Object.keys(METRICS) as ScoreMetric[]).map((value) => ({ value, text: METRICS[value] })),
    choose: (metric) => {
      const share = metric.endsWith('accuracy') || metric === 'verification' || metric === 'mean-iou';
      change({ rule: 'score', metric, limit: share ? 90 : 0.1, unit: share ? '%' : '' });
    },
  })}${numberField({
    label: isError ? 'At most' : 'At least',
    ...(until.unit === '%' && { unit: '%' }),
    value: until.limit,
    bounds: { minimum: 0, ...(until.unit === '%' && { maximum: 100 }) },
    change: (limit) => change({ ...until, limit }),
  })}`;
}

function sizeFields(until: Extract<Until, { rule: 'size' }>, change: (next: Until) => void): TemplateResult {
  return html`${choice<SizeFigure>({
    label: 'Figure',
    value: until.figure,
    options: [
      { value: 'parameters', text: 'Parameters' },
      { value: 'macs', text: 'Multiply-accumulates' },
      { value: 'bytes', text: 'Bytes' },
    ],
    choose: (figure) => change({ ...until, figure }),
  })}${numberField({
    label: 'At most',
    ...(until.unit === '%' && { unit: '% of the original' }),
    value: until.limit,
    bounds: { exclusiveMinimum: 0, ...(until.unit === '%' && { maximum: 100 }) },
    change: (limit) => change({ ...until, limit }),
  })}`;
}
