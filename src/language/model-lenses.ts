// CodeLens on a model.json: what the model and every layer cost, and what can be done with them.
import type { CodeLens, Command, Range } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { count } from '../numbers';
import { COMMANDS } from '../protocol/language';
import type { LayerInspection } from '../pruning/inspect';
import { layerFigures, modelFigures } from './figures';
import type { ModelAnalysis } from './model-analysis';
import { rangeOf } from './ranges';
import type { MeasuredModels } from './relevance';

/** The editor puts all lenses of a line side by side; a file in one line shows this many layers', then the number left. */
const MAX_LAYERS_A_LINE = 8;

export function modelLenses(
  document: TextDocument,
  { places, figures }: ModelAnalysis,
  measured: MeasuredModels,
): CodeLens[] {
  if (figures === undefined) return [];
  const { uri } = document;
  const { inspection } = figures;
  const first = rangeOf(document, { offset: places.root.offset, length: 1 });
  const lenses = [
    lens(first, modelFigures(inspection)),
    lens(first, 'Prune Model', COMMANDS.prune, uri),
    lens(first, 'Inspect Relevance', COMMANDS.inspectRelevance, uri),
    lens(first, 'Open Architecture', COMMANDS.openArchitecture, uri),
  ];
  const shown = new Map<number, number>();
  const left = new Map<number, { layers: number; readonly range: Range }>();
  for (const layer of inspection.layers) {
    const place = places.layers.get(layer.name);
    if (place === undefined) continue;
    const range = rangeOf(document, { offset: place.node.offset, length: 1 });
    const { line } = range.start;
    const before = shown.get(line) ?? 0;
    shown.set(line, before + 1);
    if (before < MAX_LAYERS_A_LINE) {
      lenses.push(...layerLenses(layer, range, uri, measured, sharesLine(document, place.node)));
      continue;
    }
    const more = left.get(line) ?? { layers: 0, range };
    more.layers++;
    left.set(line, more);
  }
  for (const { layers, range } of left.values())
    lenses.push(lens(range, `and ${count(layers)} more layers in this line`));
  return lenses;
}

function layerLenses(
  layer: LayerInspection,
  range: Range,
  uri: string,
  measured: MeasuredModels,
  named: boolean,
): CodeLens[] {
  const relevance = measured.of(uri, layer.name);
  const figures = layerFigures(layer);
  return [
    lens(range, named ? `${layer.name}: ${figures}` : figures),
    ...(relevance === undefined ? [] : [lens(range, relevance, COMMANDS.inspectRelevance, uri, layer.name)]),
    ...(layer.prunable ? [lens(range, 'Prune this layer', COMMANDS.prune, uri, layer.name)] : []),
  ];
}

/** Whether the line says more than the layer: which one a lens means must then be said. */
function sharesLine(document: TextDocument, { offset }: { readonly offset: number }): boolean {
  const { line } = document.positionAt(offset);
  const start = document.offsetAt({ line, character: 0 });
  return document.getText(rangeOf(document, { offset: start, length: offset - start })).trim() !== '';
}

function lens(range: Range, title: string, command = '', ...args: unknown[]): CodeLens {
  const own: Command = { title, command, ...(args.length > 0 && { arguments: args }) };
  return { range, command: own };
}
