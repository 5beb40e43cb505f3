// Everything the page shows, as plain data, and how what the extension says changes it.
import type { Tab, ToPanel } from '../src/protocol/panel';
import type {
  ChannelWeights,
  Comparison,
  EngineChoice,
  Inspection,
  MeasureChoice,
  Prediction,
  Progress,
  RecipeFile,
  Relevance,
  SessionState,
  Speed,
} from '../src/protocol/session';

export interface PageState {
  readonly view: ViewState;
  readonly model?: Inspection;
  /** Path of a model that is being read. */
  readonly opening?: string;
  /** Why a model can't be read. */
  readonly unreadable?: string;
  readonly engines: readonly EngineChoice[];
  readonly measures: readonly MeasureChoice[];
  /** Why nothing can be run here. */
  readonly noRunning?: string;
  readonly recipe?: RecipeFile;
  /** The last prediction; `predicting` while the plan has changed since. */
  readonly prediction?: Prediction;
  readonly predicting: boolean;
  /** By measure. */
  readonly relevance: Readonly<Record<string, Relevance>>;
  readonly measuring?: { readonly measure: string; readonly progress?: Progress };
  /** By layer. */
  readonly weights: Readonly<Record<string, ChannelWeights>>;
  readonly session?: SessionState;
  readonly comparison?: Comparison;
  /** The same result beside the model that the one before was branched from. */
  readonly againstOrigin?: Comparison;
  readonly comparing: boolean;
  /** Of the two models that are compared. */
  readonly speed?: Speed;
  readonly measuringSpeed?: Progress;
  /** One sentence for a view whose last wish could not be met. */
  readonly problems: Readonly<Partial<Record<Tab, string>>>;
}

/** What a person has chosen to look at: kept while the page is hidden. */
export interface ViewState {
  readonly tab: Tab;
  /** The measure whose scores are shown. */
  readonly measure: string;
  /** The layer and channel whose details are shown. */
  readonly layer?: string;
  /** The most relevant one where none is chosen. */
  readonly channel?: number | undefined;
  readonly order: ChannelOrder;
}

export type ChannelOrder = 'rank' | 'index';

export const initialState: PageState = {
  view: { tab: 'relevance', measure: 'maxout', order: 'rank' },
  engines: [],
  measures: [],
  predicting: false,
  relevance: {},
  weights: {},
  comparing: false,
  problems: {},
};

/** The state after a message. Another model forgets all that was known of the one before. */
export function receive(state: PageState, message: ToPanel): PageState {
  switch (message.type) {
    case 'opening':
      return { ...initialState, view: state.view, opening: message.model };
    case 'unreadable':
      return { ...initialState, view: state.view, unreadable: message.message };
    case 'model':
      return withModel(state, message);
    case 'recipe':
      return { ...state, recipe: message.recipe };
    case 'show':
      return {
        ...state,
        view: { ...state.view, tab: message.tab, ...(message.layer !== undefined && shown(state, message.layer)) },
      };
    case 'prediction':
      return { ...without(state, 'plan'), prediction: message.prediction, predicting: false };
    case 'measuring':
      return { ...state, measuring: { measure: message.measure, progress: message.progress } };
    case 'relevance': {
      const { measuring, ...rest } = without(state, 'relevance');
      const relevance = { ...state.relevance, [message.relevance.measure]: message.relevance };
      return {
        ...rest,
        relevance,
        ...(measuring?.measure !== message.relevance.measure && measuring && { measuring }),
      };
    }
    case 'channelWeights':
      return { ...state, weights: { ...state.weights, [message.layer]: message.weights } };
    case 'session': {
      const { session, ...rest } = without(state, 'run');
      return message.session === undefined ? rest : { ...rest, session: message.session };
    }
    case 'comparison': {
      const { speed, measuringSpeed, againstOrigin: _, ...rest } = without(state, 'result');
      const { comparison, againstOrigin } = message;
      return { ...rest, comparison, ...(againstOrigin && { againstOrigin }), comparing: false };
    }
    case 'measuringSpeed':
      return { ...state, measuringSpeed: message.progress };
    case 'speed': {
      const { measuringSpeed, ...rest } = without(state, 'result');
      return { ...rest, speed: message.speed };
    }
    case 'notComparing':
      return { ...state, comparing: false };
    // The page does it, nothing shown changes.
    case 'exportDiagram':
      return state;
    case 'problem':
      return withProblem(state, message.about, message.message);
  }
}

function withModel(state: PageState, message: Extract<ToPanel, { type: 'model' }>): PageState {
  const { inspection, engines, measures, noRunning } = message;
  const known = state.model?.path === inspection.path ? state : { ...initialState, view: state.view };
  const { noRunning: _, opening: __, ...rest } = without(known, 'relevance');
  return {
    ...rest,
    model: inspection,
    engines,
    measures,
    view: { ...state.view, ...shown(known, layerToShow(state.view.layer, inspection)) },
    ...(noRunning !== undefined && { noRunning }),
  };
}

/** The layer looked at before if the model has it, else its first with channels. */
function layerToShow(layer: string | undefined, { layers }: Inspection): string | undefined {
  const candidates = layers.filter(({ channels }) => channels !== null);
  return (candidates.find(({ name }) => name === layer) ?? candidates.find(({ prunable }) => prunable) ?? candidates[0])
    ?.name;
}

function shown(state: PageState, layer: string | undefined): Partial<ViewState> {
  if (layer === undefined) return {};
  return state.view.layer === layer ? { layer } : { layer, channel: undefined };
}

function withProblem(state: PageState, about: Tab, text: string): PageState {
  const { measuring, ...rest } = state;
  const { measuringSpeed, ...unmeasured } = state;
  return {
    ...(about === 'relevance' ? rest : about === 'result' ? unmeasured : state),
    problems: { ...state.problems, [about]: text },
    ...(about === 'plan' && { predicting: false }),
    ...(about === 'result' && { comparing: false }),
  };
}

/** Without the problem of a view. */
function without(state: PageState, about: Tab): PageState {
  const { [about]: _, ...problems } = state.problems;
  return { ...state, problems };
}

/** A measurement was asked for. */
export function withMeasuring(state: PageState, measure: string): PageState {
  return { ...without(state, 'relevance'), measuring: { measure } };
}

/** A comparison was asked for. */
export function withComparing(state: PageState): PageState {
  return { ...without(state, 'result'), comparing: true };
}

/** What an earlier life of the page kept, if it is that. */
export function restored(kept: unknown): PageState {
  const view = (kept as { view?: Partial<ViewState> } | null | undefined)?.view;
  if (typeof view !== 'object' || view === null) return initialState;
  return { ...initialState, view: { ...initialState.view, ...view } };
}
