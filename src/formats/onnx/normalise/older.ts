// A node of ours in the form that an older opset has it in: for nodes that a file did not have.
import type { Node } from '../../../model/graph';
import { integers, type Tensor } from '../../../model/tensor';

/** First version in which the operator reads its axes as an input. */
function axesInputSince(type: string): number | undefined {
  if (type === 'Squeeze' || type === 'Unsqueeze' || type === 'ReduceSum') return 13;
  return type.startsWith('Reduce') ? 18 : undefined;
}

export function older(node: Node, opset: number, constant: (name: string) => Tensor | undefined): Node {
  const since = axesInputSince(node.type);
  const axes = since !== undefined && opset < since ? constant(node.inputs[1] ?? '') : undefined;
  if (axes === undefined) return node;
  return { ...node, inputs: node.inputs.slice(0, 1), attributes: { ...node.attributes, axes: integers(axes) } };
}
