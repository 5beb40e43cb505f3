// Completion of layer names in a recipe, from the model it names. Fields and their values the editor completes from the
// recipe's schema.
import { getLocation } from 'jsonc-parser';
import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { ModelInspection } from '../pruning/inspect';
import { MAXOUT } from '../pruning/maxout';
import { layerFigures } from './figures';
import { rangeOf, type Span } from './ranges';
import type { LayerList, RecipePlaces } from './recipe-places';

/** The list of layers that an offset is in; undefined anywhere else. */
export function layerListAt(text: string, offset: number): LayerList | undefined {
  const { path, isAtPropertyKey } = getLocation(text, offset);
  if (path[0] !== 'prune' || path.length !== 3) return undefined;
  if (path[1] === 'ratios') return isAtPropertyKey ? 'ratios' : undefined;
  return path[1] === 'layers' || path[1] === 'protect' ? path[1] : undefined;
}

/** @param list that the offset is in. */
export function layerCompletions(
  document: TextDocument,
  offset: number,
  list: LayerList,
  places: RecipePlaces,
  model: ModelInspection,
): CompletionItem[] {
  const typed = getLocation(document.getText(), offset).previousNode;
  const inside = typed !== undefined && typed.offset < offset && offset <= typed.offset + typed.length;
  const span: Span = inside ? typed : { offset, length: 0 };
  const range = rangeOf(document, span);
  const taken = new Set(
    places.layers.filter((name) => name.list === list && name.node.offset !== span.offset).map(({ text }) => text),
  );
  const wanted = model.layers.filter(
    ({ name, prunable, type }) => !taken.has(name) && (prunable || (type === MAXOUT && places.method === 'maxout')),
  );
  return wanted.map((layer, i): CompletionItem => {
    const text = JSON.stringify(layer.name);
    return {
      label: layer.name,
      kind: CompletionItemKind.Reference,
      detail: `${layer.type} · ${layerFigures(layer)}`,
      filterText: text,
      // In the model's order.
      sortText: String(i).padStart(6, '0'),
      textEdit: { range, newText: list === 'ratios' && !inside ? `${text}: 0.5` : text },
    };
  });
}
