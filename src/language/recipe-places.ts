// The places of a recipe that its schema can't judge: the model's path, names of layers, k.
import { usualMeasure } from '../pruning/relevance/usual-measure';
import { items, member, memberKey, members, type Node, readJsonText, textOf } from './json-text';

export interface RecipePlaces {
  readonly root: Node;
  readonly model: TextPlace | undefined;
  readonly data: TextPlace | undefined;
  /** Names of layers: in the lists `layers` and `protect`, and the keys of `ratios`. */
  readonly layers: readonly LayerName[];
  readonly method: string;
  readonly k: number;
  /** Where k is said; else where it would be. */
  readonly kNode: Node;
  /** The measure where the recipe names none, though its method wants one. */
  readonly usualMeasure: string | undefined;
  /** Where a person looks for how channels are chosen: the key of `prune`, the method. */
  readonly choice: readonly Node[];
}

export interface TextPlace {
  readonly text: string;
  readonly node: Node;
}

export interface LayerName extends TextPlace {
  readonly list: LayerList;
}

export type LayerList = 'layers' | 'protect' | 'ratios';

/** As the schema has them. */
const DEFAULT_METHOD = 'maxout';
const DEFAULT_K = 4;

export function isRecipe(uri: string): boolean {
  return uri.endsWith('.prune.json');
}

/** Undefined where there is nothing to read. Half-typed recipes are read as far as they go. */
export function recipePlaces(text: string): RecipePlaces | undefined {
  const json = readJsonText(text);
  if (json === undefined) return undefined;
  const { root } = json;
  const prune = member(root, 'prune');
  const kNode = member(prune, 'k');
  const method = textOf(member(prune, 'method')) ?? DEFAULT_METHOD;
  const k = typeof kNode?.value === 'number' ? kNode.value : undefined;
  const data = member(root, 'data') !== undefined;
  const measured = method === DEFAULT_METHOD || member(prune, 'measure') !== undefined;
  return {
    root,
    model: textPlace(member(root, 'model')),
    data: textPlace(members(root, 'data', 'source')),
    layers: [...listed(prune, 'layers'), ...listed(prune, 'protect'), ...keys(prune)],
    method,
    k: k ?? DEFAULT_K,
    kNode: kNode ?? memberKey(root, 'prune') ?? root,
    usualMeasure: measured ? undefined : usualMeasure({ method, k }, data),
    choice: [memberKey(root, 'prune'), memberKey(prune, 'method'), member(prune, 'method')].filter(
      (node) => node !== undefined,
    ),
  };
}

function textPlace(node: Node | undefined): TextPlace | undefined {
  const text = textOf(node);
  return node === undefined || text === undefined ? undefined : { text, node };
}

function listed(prune: Node | undefined, list: 'layers' | 'protect'): LayerName[] {
  return items(member(prune, list)).flatMap((node) => {
    const place = textPlace(node);
    return place ? [{ ...place, list }] : [];
  });
}

function keys(prune: Node | undefined): LayerName[] {
  const ratios = member(prune, 'ratios');
  if (ratios?.type !== 'object') return [];
  return (ratios.children ?? []).flatMap(({ children }) => {
    const place = textPlace(children?.[0]);
    return place ? [{ ...place, list: 'ratios' as const }] : [];
  });
}
