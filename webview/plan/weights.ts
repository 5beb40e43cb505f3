// What becomes of the weights that stay: the smallest at zero, and how they are stored.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { RecipeFile } from '../../src/protocol/recipe-file';
import type { Inspection } from '../../src/protocol/session';
import type { Actions } from '../actions';
import { checkbox } from '../parts/checkbox';
import { choice } from '../parts/choice';
import { numberField } from '../parts/number-field';
import { isWithoutData } from './data';
import { percentField } from './percent-field';
import { boundsOf, weightsFields } from './settings';

/** Where weight pruning starts when it is switched on. */
const USUAL_KEEP = 0.4;

const STORED = { whole: 'As they are', float16: 'float16', uint8: 'uint8' } as const;
type Stored = keyof typeof STORED;

export function weights(model: Inspection, recipe: RecipeFile, actions: Actions): TemplateResult {
  // A search cuts neurons alone.
  const zeros = recipe.prune?.method === 'search' ? nothing : smallest(model, recipe, actions);
  return html`${zeros}${canBeFewerBits(model) ? storage(recipe, actions) : nothing}`;
}

/** Whether there is anything to choose. */
export function hasWeights(model: Inspection, recipe: RecipeFile): boolean {
  return recipe.prune?.method !== 'search' || canBeFewerBits(model);
}

/** .h5 and .keras have no place for weights in fewer bits. */
function canBeFewerBits({ format }: Inspection): boolean {
  return format === 'tfjs' || format === 'onnx';
}

function smallest({ format }: Inspection, recipe: RecipeFile, actions: Actions): TemplateResult {
  const own = recipe.weights;
  return html`${checkbox({
    text: 'Set the smallest weights to zero afterwards',
    checked: own !== undefined,
    change: (checked) =>
      actions.plan(({ weights: _, ...old }) => (checked ? { ...old, weights: { keep: USUAL_KEEP } } : old)),
  })}
    ${
      own === undefined
        ? nothing
        : html`<div class="fields">
            ${percentField('Weights kept', own.keep, (keep) => actions.plan((old) => ({ ...old, weights: { ...old.weights, keep } })))}
            ${
              isWithoutData(recipe)
                ? nothing
                : numberField({
                    label: 'In steps',
                    value: own.iterations ?? weightsFields.iterations.default,
                    bounds: boundsOf(weightsFields.iterations),
                    change: (iterations) => actions.plan((old) => ({ ...old, weights: { ...own, iterations } })),
                  })
            }
          </div>`
    }
    ${own === undefined || format !== 'onnx' || recipe.quantize !== undefined ? nothing : leftOut(own, actions)}`;
}

/** Weights that are stored whole leave nothing out, so that it is one or the other. */
function leftOut(own: NonNullable<RecipeFile['weights']>, actions: Actions): TemplateResult {
  return checkbox({
    text: 'Leave the zeros out of the file (sparse)',
    checked: own.sparse === true,
    hint: weightsFields.sparse.description,
    change: (sparse) =>
      actions.plan((old) => {
        const { sparse: _, ...others } = old.weights ?? own;
        return { ...old, weights: { ...others, ...(sparse && { sparse }) } };
      }),
  });
}

function storage(recipe: RecipeFile, actions: Actions): TemplateResult {
  return html`<div class="fields">
    ${choice<Stored>({
      label: 'Kernels stored as',
      value: recipe.quantize ?? 'whole',
      options: (Object.keys(STORED) as Stored[]).map((value) => ({ value, text: STORED[value] })),
      choose: (value) => actions.plan((old) => withStorage(old, value)),
    })}
  </div>`;
}

function withStorage({ quantize: _, weights: own, ...recipe }: RecipeFile, stored: Stored): RecipeFile {
  if (stored === 'whole') return { ...recipe, ...(own && { weights: own }) };
  const { sparse: __, ...kept } = own ?? {};
  return { ...recipe, ...(own && { weights: { ...kept, keep: own.keep } }), quantize: stored };
}
