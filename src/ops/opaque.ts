// Nodes that stand for a layer nobody here can compute: a Lambda, a class of the model's own.
import type { Node } from '../model/graph';

/** Of such nodes: no operator has it. */
export const OPAQUE_DOMAIN = 'keras';

/** Whether no engine can run it. */
export function isOpaque({ domain }: Node): boolean {
  return domain === OPAQUE_DOMAIN;
}

/** Operators that run graphs of their own, as often as the data say. */
const CONTROL: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan']);

/** Why what a node touches is frozen, of which no operator of ours says more. */
export function whyOpaque({ type, domain }: Pick<Node, 'type' | 'domain'>): string | undefined {
  const isOnnx = domain === undefined || domain === 'ai.onnx';
  return isOnnx && CONTROL.has(type) ? `${type} runs a graph of its own` : undefined;
}
