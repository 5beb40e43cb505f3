// Conv: weight [out, in / groups, ...kernel], any number of spatial axes. https://onnx.ai/onnx/operators/onnx__Conv.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node } from '../model/graph';
import { elementCount } from '../model/tensor';
import { evaluateConv } from './conv-evaluation';
import { gradientOfInput, gradientOfWeight } from './conv-gradient';
import { input, NoGradientRule, numberAttribute, type Operator, output } from './operator';
import { freezeSpatial, slide, windowOf } from './window';

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
      if (groupsOf(node) !== 1) throw new NoGradientRule(node, 'the grouped Conv');
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
    const kernel = weight as TfTensor;
    return evaluateConv(run, x as TfTensor, kernel, bias, windowOf(node, kernel.shape.slice(2)), groupsOf(node));
  },
};
