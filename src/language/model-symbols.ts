// The outline of a model.json: its layers, those inside others below them, and the weights of its manifest; and the
// same as ranges to fold.
import { type DocumentSymbol, type FoldingRange, SymbolKind } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { layerFigures, weightShape } from './figures';
import type { ModelAnalysis } from './model-analysis';
import type { LayerPlace } from './model-places';
import { rangeOf } from './ranges';

export function modelSymbols(document: TextDocument, { places, figures }: ModelAnalysis): DocumentSymbol[] {
  const known = new Map(figures?.inspection.layers.map((layer) => [layer.name, layer]));
  const shapes = new Map(figures?.manifest.flatMap(({ weights }) => weights.map(({ name, shape }) => [name, shape])));
  const layerSymbol = ({ name, className, node, nameNode, inside }: LayerPlace): DocumentSymbol => {
    const layer = known.get(name);
    return {
      name: name.split('/').at(-1) || name,
      detail: layer ? `${className} · ${layerFigures(layer)}` : className,
      kind: inside.length > 0 ? SymbolKind.Module : SymbolKind.Class,
      range: rangeOf(document, node),
      selectionRange: rangeOf(document, nameNode),
      children: inside.map(layerSymbol),
    };
  };
  const weights = [...places.weights.values()].map(({ name, node, nameNode }): DocumentSymbol => {
    const shape = shapes.get(name);
    return {
      name: name || '(no name)',
      detail: shape === undefined ? '' : weightShape(shape),
      kind: SymbolKind.Array,
      range: rangeOf(document, node),
      selectionRange: rangeOf(document, nameNode),
    };
  });
  return [...places.tree.map(layerSymbol), ...weights];
}

/** A layer is folded to the line it begins in. */
export function modelFolding(document: TextDocument, { places }: ModelAnalysis): FoldingRange[] {
  return [...places.layers.values()].flatMap(({ node }) => {
    const { start, end } = rangeOf(document, node);
    return end.line > start.line ? [{ startLine: start.line, endLine: end.line }] : [];
  });
}
