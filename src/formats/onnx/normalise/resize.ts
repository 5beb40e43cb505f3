// Upsample (opset 7 to 9) and the first Resize (10) are a Resize that counts positions from the corner.
import { float32 } from '../../../model/tensor';
import { type Rule, without } from './rule';

export const resize: Rule = (node, scope) => {
  if (node.type === 'Resize' && scope.opset >= 11) return [node];
  const [x = '', scales = ''] = node.inputs;
  const list = node.attributes.scales;
  const input =
    scales !== '' || !Array.isArray(list)
      ? scales
      : scope.moved('scales', float32([list.length], Float32Array.from(list as number[])));
  const mode = node.attributes.mode ?? 'nearest';
  const attributes = {
    ...without(node, 'scales'),
    mode: mode === 'bilinear' ? 'linear' : mode,
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  };
  return [{ ...node, type: 'Resize', inputs: [x, '', input], attributes }];
};
