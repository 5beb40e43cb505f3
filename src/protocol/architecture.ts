// The conversation of the architecture editor with its page.
import type { Inspection } from './session';

/** From the extension to the page. */
export type ToArchitecture =
  | { readonly type: 'model'; readonly title: string; readonly inspection: Inspection }
  /** The model can't be read; one sentence says why. */
  | { readonly type: 'unreadable'; readonly title: string; readonly message: string }
  | { readonly type: 'reveal'; readonly layer: string };

/** From the page to the extension. */
export type FromArchitecture =
  /** The page is there and has drawn nothing yet. */
  | { readonly type: 'ready' }
  /** A command of the extension, on the model and perhaps on one of its layers. */
  | { readonly type: 'run'; readonly command: 'prune' | 'inspectRelevance'; readonly layer?: string }
  /** SVG as text, PNG as base64. */
  | { readonly type: 'diagram'; readonly format: DiagramFormat; readonly content: string };

export type DiagramFormat = 'svg' | 'png';
