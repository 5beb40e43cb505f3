// Which text documents are ours: models and recipes.
import * as vscode from 'vscode';

const LANGUAGES: ReadonlySet<string> = new Set(['json', 'jsonc']);

/** A model says within so many lines and characters that it is one, even where it is all in one line. */
const HEAD_LINES = 200;
const HEAD_CHARACTERS = 65_536;

/** Told by its name, or where that leaves it open by how it begins: other JSON is not touched. */
export function isModelOrRecipe(document: vscode.TextDocument): boolean {
  if (document.uri.scheme === 'output' || !LANGUAGES.has(document.languageId)) return false;
  if (document.fileName.endsWith('.prune.json')) return true;
  const head = document.getText(new vscode.Range(0, 0, HEAD_LINES, 0)).slice(0, HEAD_CHARACTERS);
  return head.includes('"modelTopology"');
}
