// All that the editor can say of a model.json without opening its shards: figures, places, and what is wrong.
import { ModelError, messageOf, UserError } from '../errors';
import { isRecord } from '../formats/keras/config';
import { readTopology } from '../formats/keras/topology';
import { modelConfig } from '../formats/tfjs/container';
import { type Description, describeTfjs } from '../formats/tfjs/describe';
import { analyseChannels, type Channels } from '../pruning/channels';
import { inspectModel, type ModelInspection } from '../pruning/inspect';
import { type JsonText, type Node, readJsonText } from './json-text';
import { type ModelPlaces, modelPlaces, withMaxoutPlaces } from './model-places';

export interface ModelAnalysis {
  readonly places: ModelPlaces;
  /** Undefined where the model can't be read and never could. */
  readonly figures: ModelFigures | undefined;
  readonly problems: readonly ModelProblem[];
}

export interface ModelFigures extends Description {
  readonly channels: Channels;
  readonly inspection: ModelInspection;
}

export interface ModelProblem {
  readonly message: string;
  readonly node: Node;
  readonly severity: 'error' | 'information';
  /** Path of the shard it is about. */
  readonly shard?: string;
}

/** Whether a JSON file is one of a model, by its content. */
export function isModelJson({ value }: JsonText): boolean {
  return isRecord(value) && 'modelTopology' in value && ('weightsManifest' in value || isRecord(value.modelTopology));
}

/**
 * @param path of the file, for what is said of it.
 * @param before what was known of the file as it was before the last change: where the JSON is broken or the model
 * can't be read its figures still stand.
 * @returns undefined where the text is no model.
 */
export function analyseModel(path: string, text: string, before?: ModelAnalysis): ModelAnalysis | undefined {
  const json = readJsonText(text);
  if (json === undefined || !isModelJson(json)) return undefined;
  const places = modelPlaces(json.root);
  // What is half typed says nothing about the model; that the JSON is broken the editor says itself.
  if (!json.whole) return { places, figures: before?.figures, problems: [] };
  const value = json.value as Record<string, unknown>;
  const problems: ModelError[] = [];
  try {
    const description = describeTfjs(path, value, (problem) => problems.push(problem));
    const channels = analyseChannels(description.model.graph);
    const inspection = inspectModel(description.model, channels);
    const hasMaxout = inspection.layers.some(({ neurons }) => neurons !== undefined);
    const all = hasMaxout ? withMaxoutPlaces(places, readTopology(modelConfig(value.modelTopology))) : places;
    return {
      places: all,
      figures: { ...description, channels, inspection },
      problems: [...problems.map((problem) => located(problem, all)), ...unread(description, all)],
    };
  } catch (error) {
    // A fault of ours on a strange file is no reason to leave a person without the rest.
    const fault =
      error instanceof UserError ? error : new UserError(`The model can't be analysed: ${messageOf(error)}`);
    const found = [...problems, fault].map((problem) => located(problem, places));
    return { places, figures: before?.figures, problems: found };
  }
}

function located(problem: UserError, places: ModelPlaces): ModelProblem {
  const { weight, layer, shard } = problem instanceof ModelError ? problem.place : {};
  const written = weight === undefined ? undefined : places.weights.get(weight);
  const node =
    written?.shapeNode ??
    written?.nameNode ??
    (layer === undefined ? undefined : nearest(layer, places)) ??
    places.shards.find(({ path }) => path === shard)?.node ??
    (problem.message.includes('weightsManifest') ? places.manifestKey : undefined) ??
    places.topologyKey ??
    places.root;
  return { message: sentence(problem.message), node, severity: 'error' };
}

/** The layer, or the one it lies in. */
function nearest(layer: string, places: ModelPlaces): Node | undefined {
  for (let name = layer; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('/')))) {
    const place = places.layers.get(name);
    if (place !== undefined) return place.nameNode;
  }
  return undefined;
}

function unread({ unread: names }: Description, places: ModelPlaces): ModelProblem[] {
  return names.flatMap((name) => {
    const node = places.weights.get(name)?.nameNode;
    return node ? [{ message: `No layer reads the weight "${name}".`, node, severity: 'information' }] : [];
  });
}

export function sentence(message: string): string {
  const capital = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
