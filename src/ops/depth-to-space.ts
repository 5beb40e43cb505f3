// DepthToSpace: channels laid out as blocks of pixels (pixel shuffle, in mode CRD).
// https://onnx.ai/onnx/operators/onnx__DepthToSpace.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node } from '../model/graph';
import { input, numberAttribute, type Operator, output } from './operator';
import { freezeSpatial } from './window';

const blockOf = (node: Node): number => numberAttribute(node, 'blocksize', 1);
/** Whether a channel's block lies together: c · b² + position. Else position · c + channel. */
const isCrd = (node: Node): boolean => node.attributes.mode === 'CRD';

/** How [c, b, b, h, w] and the like are folded to the output [c, h, b, w, b]. */
const ORDER = { crd: [0, 1, 4, 2, 5, 3], dcr: [0, 3, 4, 1, 5, 2] } as const;

export const depthToSpace: Operator = {
  type: 'DepthToSpace',
  shapes(node, [x = []]) {
    const block = blockOf(node);
    const channels = fixed(x, 1, `DepthToSpace "${node.name}"`) / block ** 2;
    if (!Number.isInteger(channels)) throw new Error(`DepthToSpace "${node.name}": ${x[1]} channels make no blocks`);
    const spatial = x.slice(2).map((size, i) => (typeof size === 'number' ? size * block : `${node.name}_${i + 2}`));
    return [[x[0] ?? 1, channels, ...spatial]];
  },
  ties(node, ties) {
    const [x, y] = [input(node, 0), output(node)];
    ties.tie({ value: x, axis: 0 }, { value: y, axis: 0 });
    const positions = blockOf(node) ** 2;
    const channels = { value: y, axis: 1 };
    ties.product({ value: x, axis: 1 }, isCrd(node) ? [channels, positions] : [positions, channels]);
    for (const axis of [2, 3]) freezeSpatial(node, ties, [x, y], axis);
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const [batch, depth, height, width] = [0, 1, 2, 3].map((axis) => fixed(tape.shape(x), axis)) as [
        number,
        number,
        number,
        number,
      ];
      const block = blockOf(node);
      const folded = tape.ints([batch, depth / block ** 2, height, block, width, block]);
      const perm = isCrd(node) ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
      const moved = tape.op('Transpose', [tape.op('Reshape', [gradient, folded])], { perm });
      return [tape.op('Reshape', [moved, tape.ints([batch, depth, height, width])])];
    };
  },
  evaluate(node, [x], { tf }) {
    const value = x as TfTensor;
    const [batch = 1, depth = 1, height = 1, width = 1] = value.shape;
    const block = blockOf(node);
    const channels = depth / block ** 2;
    const folded = isCrd(node)
      ? tf.reshape(value, [batch, channels, block, block, height, width])
      : tf.reshape(value, [batch, block, block, channels, height, width]);
    const moved = tf.transpose(folded, [...(isCrd(node) ? ORDER.crd : ORDER.dcr)]);
    return tf.reshape(moved, [batch, channels, height * block, width * block]);
  },
};
