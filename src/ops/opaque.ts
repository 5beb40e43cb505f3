// Nodes that stand for a layer nobody here can compute: a Lambda, a class of the model's own.
import type { Node } from '../model/graph';

/** Of such nodes: no operator has it. */
export const OPAQUE_DOMAIN = 'keras';

/** Whether no engine can run it. */
export function isOpaque({ domain }: Node): boolean {
  return domain === OPAQUE_DOMAIN;
}
