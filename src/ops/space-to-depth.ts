// SpaceToDepth: blocks of pixels laid out as channels, position · c + channel.
// https://onnx.ai/onnx/operators/onnx__SpaceToDepth.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node } from '../model/graph';
import { input, numberAttribute, type Operator, output } from './operator';
import { freezeSpatial } from './window';

const blockOf = (node: Node): number => numberAttribute(node, 'blocksize', 1);

export const spaceToDepth: Operator = {
  type: 'SpaceToDepth',
  shapes(node, [x = []]) {
    const block = blockOf(node);
    const spatial = x.slice(2).map((size, i) => (typeof size === 'number' ? size / block : `${node.name}_${i + 2}`));
    return [[x[0] ?? 1, fixed(x, 1, `SpaceToDepth "${node.name}"`) * block ** 2, ...spatial]];
  },
  ties(node, ties) {
    const [x, y] = [input(node, 0), output(node)];
    ties.tie({ value: x, axis: 0 }, { value: y, axis: 0 });
    ties.product({ value: y, axis: 1 }, [blockOf(node) ** 2, { value: x, axis: 1 }]);
    for (const axis of [2, 3]) freezeSpatial(node, ties, [x, y], axis);
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) =>
      gradient !== undefined && tape.wants(x)
        ? [tape.op('DepthToSpace', [gradient], { blocksize: blockOf(node), mode: 'DCR' })]
        : [];
  },
  evaluate(node, [x], { tf }) {
    const value = x as TfTensor;
    const [batch = 1, channels = 1, height = 1, width = 1] = value.shape;
    const block = blockOf(node);
    const folded = tf.reshape(value, [batch, channels, height / block, block, width / block, block]);
    const moved = tf.transpose(folded, [0, 3, 5, 1, 2, 4]);
    return tf.reshape(moved, [batch, channels * block ** 2, height / block, width / block]);
  },
};
