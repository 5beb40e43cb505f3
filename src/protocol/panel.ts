// The conversation of the extension with the panel's page: plain messages by postMessage, told apart by `type`.
import type {
  ChannelWeights,
  Comparison,
  DataChoice,
  EngineChoice,
  Inspection,
  Prediction,
  Progress,
  RecipeFile,
  Relevance,
  SessionState,
} from './session';

export type Tab = 'relevance' | 'plan' | 'run' | 'result';

/** From the extension to the page. */
export type ToPanel =
  | {
      readonly type: 'model';
      readonly inspection: Inspection;
      readonly engines: readonly EngineChoice[];
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
  | { readonly type: 'comparison'; readonly comparison: Comparison }
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
  | { readonly type: 'chooseData' }
  | { readonly type: 'measure'; readonly measure: string; readonly k: number }
  | { readonly type: 'channelWeights'; readonly layer: string }
  | { readonly type: 'saveRecipe' }
  | { readonly type: 'run' }
  | { readonly type: 'resume' }
  | { readonly type: 'stop' }
  | { readonly type: 'reveal'; readonly layer: string }
  | { readonly type: 'compareWith' }
  | { readonly type: 'openResult' }
  | { readonly type: 'revealResult' }
  | { readonly type: 'exportReport' }
  /** The page drew it: SVG as text, PNG as base64. */
  | { readonly type: 'exportDiagram'; readonly format: 'svg' | 'png'; readonly content: string };

/** What the panel keeps for a reload of the window. */
export interface PanelState {
  readonly model: string;
  readonly tab: Tab;
  readonly data?: DataChoice;
}
