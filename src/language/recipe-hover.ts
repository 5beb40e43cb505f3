// Hovers on a recipe: what it comes to where it leaves something out. What fields mean the editor says from the schema.
import type { Hover } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { contains } from './json-text';
import { code } from './markdown';
import { rangeOf } from './ranges';
import type { RecipePlaces } from './recipe-places';

export function recipeHover(
  document: TextDocument,
  { usualMeasure, choice }: RecipePlaces,
  offset: number,
): Hover | undefined {
  const node = choice.find((candidate) => contains(candidate, offset));
  if (usualMeasure === undefined || node === undefined) return undefined;
  const value = `No measure is named: channels are chosen by ${code(usualMeasure)}, the default of this recipe.`;
  return { contents: { kind: 'markdown', value }, range: rangeOf(document, node) };
}
