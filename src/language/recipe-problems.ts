// What is wrong with a recipe that its schema can't see: the model it names, its layers, a k that does not fit them.
import { counted } from '../numbers';
import type { LayerInspection, ModelInspection } from '../pruning/inspect';
import { MAXOUT } from '../pruning/maxout';
import { listed } from './figures';
import type { Node } from './json-text';
import { sentence } from './model-analysis';
import type { NamedModel } from './recipe-model';
import type { LayerName, RecipePlaces } from './recipe-places';

export interface RecipeProblem {
  readonly message: string;
  readonly node: Node;
}

/** @param model that the recipe names; undefined where it names none. */
export function recipeProblems(places: RecipePlaces, model: NamedModel | undefined): RecipeProblem[] {
  if (model === undefined) return [];
  if ('problem' in model) {
    return places.model ? [{ message: sentence(model.problem), node: places.model.node }] : [];
  }
  const { inspection } = model;
  const problems = places.layers.flatMap((name): RecipeProblem[] => {
    const message = layerProblem(name, places, inspection);
    return message === undefined ? [] : [{ message, node: name.node }];
  });
  return [...problems, ...kProblems(places, inspection)];
}

function layerProblem({ text, list }: LayerName, { method }: RecipePlaces, model: ModelInspection): string | undefined {
  const layer = layerNamed(model, text);
  const able = model.layers.filter(({ prunable }) => prunable).map(({ name }) => name);
  if (layer === undefined) {
    return `The model has no layer "${text}". It can be pruned at ${listed(able, 12)}.`;
  }
  // What keeps its channels anyway may be protected.
  if (list === 'protect' || layer.prunable) return undefined;
  if (method === 'maxout' && layer.type === MAXOUT) return undefined;
  return `Layer "${text}" can't be pruned: ${layer.reason}.`;
}

/** Maxout put on a layer makes units of k of its neurons. */
function kProblems({ method, k, kNode, layers }: RecipePlaces, model: ModelInspection): RecipeProblem[] {
  const hasMaxout = model.layers.some(({ neurons }) => neurons !== undefined);
  if (method !== 'maxout' || hasMaxout || !Number.isInteger(k) || k < 2) return [];
  const named = layers.filter(({ list }) => list === 'layers');
  if (named.length === 0) {
    if (model.layers.some((layer) => takesMaxout(layer, k))) return [];
    const message = `The model has no layer that can take a maxout of ${k} neurons a unit. Choose another k, or the method "ratio".`;
    return [{ message, node: kNode }];
  }
  return named.flatMap(({ text, node }): RecipeProblem[] => {
    const layer = layerNamed(model, text);
    if (!layer?.prunable || layer.channels === null) return [];
    if (layer.channels % k !== 0) {
      const neurons = counted(layer.channels, 'neuron');
      return [{ message: `Layer "${text}" has ${neurons}, which do not divide into units of ${k}.`, node }];
    }
    const coupled = layer.coupled ?? layer.parts?.find(({ reason }) => reason === undefined)?.coupled;
    if (coupled === undefined) return [];
    const message = `Layer "${text}" can't take a maxout: its channels are tied to those of ${listed(coupled)}.`;
    return [{ message, node }];
  });
}

function takesMaxout({ prunable, channels, coupled, parts }: LayerInspection, k: number): boolean {
  return prunable && parts === undefined && channels !== null && channels % k === 0 && coupled === undefined;
}

/** A layer, or a part of one that makes channels of its own: "attention/query". */
function layerNamed({ layers }: ModelInspection, name: string): LayerInspection | undefined {
  const named = (wanted: string): LayerInspection | undefined => layers.find((layer) => layer.name === wanted);
  return named(name) ?? (name.includes('/') ? named(name.slice(0, name.lastIndexOf('/'))) : undefined);
}
