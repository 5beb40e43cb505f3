// From a recipe to what it names: its model, and each layer's place in it.
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DocumentLink, LocationLink } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { contains, readJsonText } from './json-text';
import { modelPlaces } from './model-places';
import { rangeOf } from './ranges';
import type { NamedModel } from './recipe-model';
import type { RecipePlaces } from './recipe-places';

/** The built-in data set is no path. */
const BUILT_IN_DATA = 'digits';

export function recipeLinks(
  document: TextDocument,
  places: RecipePlaces,
  model: NamedModel | undefined,
): DocumentLink[] {
  const links: DocumentLink[] = [];
  if (places.model && model !== undefined) {
    links.push({ range: rangeOf(document, places.model.node), target: pathToFileURL(model.path).href });
  }
  if (places.data && places.data.text !== BUILT_IN_DATA && document.uri.startsWith('file:')) {
    const path = resolve(dirname(fileURLToPath(document.uri)), places.data.text);
    links.push({ range: rangeOf(document, places.data.node), target: pathToFileURL(path).href });
  }
  return links;
}

/** @param text of the model's file; undefined where it is no text. */
export function recipeDefinition(
  document: TextDocument,
  places: RecipePlaces,
  offset: number,
  model: NamedModel,
  text: string | undefined,
): LocationLink | undefined {
  const uri = pathToFileURL(model.path).href;
  const start = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  const link = (origin: { offset: number; length: number }, range = start, selection = range): LocationLink => ({
    originSelectionRange: rangeOf(document, origin),
    targetUri: uri,
    targetRange: range,
    targetSelectionRange: selection,
  });
  if (places.model && contains(places.model.node, offset)) return link(places.model.node);
  const named = places.layers.find(({ node }) => contains(node, offset));
  const json = named && text !== undefined ? readJsonText(text) : undefined;
  const place = named && json && modelPlaces(json.root).layers.get(named.text);
  if (!named || !place || text === undefined) return undefined;
  const target = TextDocument.create(uri, 'json', 0, text);
  return link(named.node, rangeOf(target, place.node), rangeOf(target, place.nameNode));
}
