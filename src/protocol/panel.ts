// The conversation of the extension with the panel's page: plain messages by postMessage, told apart by `type`.
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
} from './session';

export type Tab = 'relevance' | 'plan' | 'run' | 'result';

/** From the extension to the page. */
export type ToPanel =
  /** A model is being read. */
  | { readonly type: 'opening'; readonly model: string }
  /** It can't be; one sentence says why. */
  | { readonly type: 'unreadable'; readonly message: string }
  | {
      readonly type: 'model';
      readonly inspection: Inspection;
      readonly engines: readonly EngineChoice[];
      readonly measures: readonly MeasureChoice[];
      /** Why nothing can be run here (an untrusted workspace); absent where it can. */
      readonly noRunning?: string;
    }
  | { readonly type: 'recipe'; readonly recipe: RecipeFile }
  | { readonly type: 'show'; readonly tab: Tab; readonly layer?: string }
  | { readonly type: 'prediction'; readonly prediction: Prediction }
  | { readonly type: 'measuring'; readonly measure: string; readonly progress: Progress }
  | { readonly type: 'relevance'; readonly relevance: Relevance }
  | { readonly type: 'channelWeights'; readonly layer: string; readonly weights: ChannelWeights }
  | { readonly type: 'session'; readonly session: SessionState | undefined }
  /** With another model; of the result of a branch also with the model that the first session started from. */
  | { readonly type: 'comparison'; readonly comparison: Comparison; readonly againstOrigin?: Comparison }
  /** How far the measurement of speed is; then what came out. */
  | { readonly type: 'measuringSpeed'; readonly progress: Progress }
  | { readonly type: 'speed'; readonly speed: Speed }
  /** Nothing was chosen to compare with. */
  | { readonly type: 'notComparing' }
  /** To draw the diagram and send it back, by the message of the same name. */
  | { readonly type: 'exportDiagram'; readonly format: 'svg' | 'png' }
  /** One sentence for a person, about what they asked for. */
  | { readonly type: 'problem'; readonly about: Tab; readonly message: string };

/** From the page to the extension. */
export type FromPanel =
  /** The page is there and has drawn nothing yet. */
  | { readonly type: 'ready' }
  /** A person changed the plan; the extension keeps it, the tree follows, a prediction comes back. */
  | { readonly type: 'recipe'; readonly recipe: RecipeFile }
  /** A layer goes into the plan or out of it, with those it shares channels with; the recipe comes back. */
  | { readonly type: 'include'; readonly layer: string; readonly included: boolean }
  | { readonly type: 'chooseModel' }
  | { readonly type: 'chooseData' }
  /** To manage the trust of the workspace. */
  | { readonly type: 'trust' }
  | { readonly type: 'measure'; readonly measure: string; readonly k: number }
  /** By every measure that is not known yet, to see how they agree. */
  | { readonly type: 'measureAll'; readonly k: number }
  | { readonly type: 'channelWeights'; readonly layer: string }
  | { readonly type: 'saveRecipe' }
  | { readonly type: 'run' }
  | { readonly type: 'resume' }
  | { readonly type: 'stop' }
  | { readonly type: 'reveal'; readonly layer: string }
  | { readonly type: 'compareWith' }
  /** How fast the two models that are compared run here. */
  | { readonly type: 'measureSpeed' }
  | { readonly type: 'openResult' }
  /** The model as it was after an iteration of the session. */
  | { readonly type: 'openIteration'; readonly index: number }
  | { readonly type: 'revealResult' }
  | { readonly type: 'exportReport' }
  /** The page drew it: SVG as text, PNG as base64. */
  | { readonly type: 'exportDiagram'; readonly format: 'svg' | 'png'; readonly content: string };

/** What the page keeps for a reload of the window: at least the model it is about. */
export interface PanelState {
  readonly model: string;
}
