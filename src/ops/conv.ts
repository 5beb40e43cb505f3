// Conv: weight [out, in / groups, ...kernel], any number of spatial axes. https://onnx.ai/onnx/operators/onnx__Conv.html
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { fixed, type Node } from '../model/graph';
import { elementCount } from '../model/tensor';
import { gradientOfInput, gradientOfWeight } from './conv-gradient';
import { input, numberAttribute, type Operator, output } from './operator';
import { freezeSpatial, padded, slide, windowOf } from './window';

const groupsOf = (node: Node): number => numberAttribute(node, 'group', 1);

export const conv: Operator = {
  type: 'Conv',
  shapes(node, [x = [], weight = []]) {
    const wanted = fixed(weight, 1) * groupsOf(node);
    if (x.length !== weight.length || x[1] !== wanted) {
      throw new Error(`Conv "${node.name}" reads ${wanted} channels, its input is [${x.join(', ')}]`);
    }
    const window = windowOf(node, weight.slice(2).map(Number));
    return [[x[0] ?? 1, fixed(weight, 0), ...slide(node, x.slice(2), window)]];
  },
  ties(node, ties) {
    const [x, weight, y] = [input(node, 0), input(node, 1), output(node)];
    ties.tie({ value: x, axis: 0 }, { value: y, axis: 0 });
    ties.tie({ value: weight, axis: 0 }, { value: y, axis: 1 });
    if (groupsOf(node) === 1) {
      ties.tie({ value: weight, axis: 1 }, { value: x, axis: 1 });
    } else {
      for (const axis of [
        { value: x, axis: 1 },
        { value: y, axis: 1 },
      ])
        ties.freeze(axis, 'a grouped Conv reads it');
    }
    const bias = node.inputs[2];
    if (bias) ties.tie({ value: bias, axis: 0 }, { value: y, axis: 1 });
    for (let axis = 2; axis < ties.shape(x).length; axis++) freezeSpatial(node, ties, [x, weight, y], axis);
  },
  contracts: (node) => [{ input: { value: input(node, 0), axis: 1 }, weight: { value: input(node, 1), axis: 1 } }],
  produces: (node) => ({ output: { value: output(node), axis: 1 }, weight: { value: input(node, 1), axis: 0 } }),
  macs(_, [, weight = []], [y = []]) {
    const perPosition = elementCount(weight.slice(1).map(Number));
    return elementCount(y.slice(1).map(Number)) * perPosition;
  },
  differentiate(node, tape) {
    tape.keep(node);
    const [x, weight, bias] = [input(node, 0), input(node, 1), node.inputs[2]];
    return ([gradient]) => {
      if (gradient === undefined) return [];
      if (groupsOf(node) !== 1) throw new Error(`no gradient rule yet for the grouped Conv "${node.name}"`);
      const positions = tape
        .shape(x)
        .map((_, axis) => axis)
        .filter((axis) => axis !== 1);
      return [
        tape.wants(x) ? gradientOfInput(node, tape, gradient) : undefined,
        tape.wants(weight) ? gradientOfWeight(node, tape, gradient) : undefined,
        bias && tape.wants(bias) ? tape.op('ReduceSum', [gradient, tape.ints(positions)], { keepdims: 0 }) : undefined,
      ];
    };
  },
  evaluate(node, [x, weight, bias], run) {
    const { tf } = run;
    const window = windowOf(node, (weight?.shape ?? []).slice(2));
    const kernel = tf.transpose(weight as Tensor4D, [2, 3, 1, 0]);
    const [strides, dilations] = [window.strides as [number, number], window.dilations as [number, number]];
    const groups = groupsOf(node);
    const split = (tensor: Tensor4D): Tensor4D[] => (groups === 1 ? [tensor] : tf.split(tensor, groups, 3));
    const kernels = split(kernel);
    const convolved = split(padded(x, window, run)).map((image, i) =>
      tf.conv2d(image, kernels[i] as Tensor4D, strides, 'valid', 'NHWC', dilations),
    );
    const result = tf.concat(convolved, 3);
    return tf.transpose(bias ? tf.add(result, bias) : result, [0, 3, 1, 2]);
  },
};
