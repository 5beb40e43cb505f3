// GridSample: opset 20 calls its modes otherwise, and takes volumes. https://onnx.ai/onnx/operators/onnx__GridSample.html
import type { Rule } from './rule';

const FORMER_NAMES: ReadonlyMap<string, string> = new Map(Object.entries({ linear: 'bilinear', cubic: 'bicubic' }));

export const gridSample: Rule = (node, scope) => {
  const [image = ''] = node.inputs;
  if ((scope.shape(image)?.length ?? 4) !== 4) return scope.opaque('GridSample of volumes is not known');
  const mode = FORMER_NAMES.get(String(node.attributes.mode ?? 'linear'));
  return [mode === undefined ? node : { ...node, attributes: { ...node.attributes, mode } }];
};
