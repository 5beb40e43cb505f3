// The open documents and what is known of each, analysed once a version.
import { fileURLToPath } from 'node:url';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { analyseModel, type ModelAnalysis } from './model-analysis';
import { isRecipe, type RecipePlaces, recipePlaces } from './recipe-places';

export type Known =
  | { readonly kind: 'model'; readonly analysis: ModelAnalysis }
  | { readonly kind: 'recipe'; readonly places: RecipePlaces };

interface Entry {
  readonly version: number;
  readonly known: Known | undefined;
}

export class Documents {
  readonly #entries = new Map<string, Entry>();

  /** Undefined for a document that is neither a model nor a recipe. */
  know(document: TextDocument): Known | undefined {
    const entry = this.#entries.get(document.uri);
    if (entry !== undefined && entry.version === document.version) return entry.known;
    const known = analyse(document, entry?.known);
    this.#entries.set(document.uri, { version: document.version, known });
    return known;
  }

  model(document: TextDocument): ModelAnalysis | undefined {
    const known = this.know(document);
    return known?.kind === 'model' ? known.analysis : undefined;
  }

  recipe(document: TextDocument): RecipePlaces | undefined {
    const known = this.know(document);
    return known?.kind === 'recipe' ? known.places : undefined;
  }

  forget(uri: string): void {
    this.#entries.delete(uri);
  }
}

function analyse(document: TextDocument, before: Known | undefined): Known | undefined {
  const text = document.getText();
  if (isRecipe(document.uri)) {
    const places = recipePlaces(text);
    return places && { kind: 'recipe', places };
  }
  const path = document.uri.startsWith('file:') ? fileURLToPath(document.uri) : document.uri;
  const analysis = analyseModel(path, text, before?.kind === 'model' ? before.analysis : undefined);
  return analysis && { kind: 'model', analysis };
}
