// Conv: weight [out, in / groups, ...kernel], any number of spatial axes. https://onnx.ai/onnx/operators/onnx__Conv.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node, type Shape } from '../model/graph';
import { elementCount } from '../model/tensor';
import { evaluateConv } from './conv-evaluation';
import { gradientOfInput, gradientOfWeight } from './conv-gradient';
import { groupsOf, isDepthwise, tieGroups } from './groups';
import { input, type Operator, output } from './operator';
import { freezeSpatial, slide, windowOf } from './window';

function groupedBy(node: Node, weight: Shape): { groups: number; inputs: number; outputs: number } {
  const groups = groupsOf(node);
  return { groups, inputs: fixed(weight, 1), outputs: fixed(weight, 0) / groups };
}

export const conv: Operator = {
  type: 'Conv',
  shapes(node, [x = [], weight = []]) {
    const wanted = fixed(weight, 1) * groupsOf(node);
    if (x.length !== weight.length || x[1] !== wanted) {
      throw new Error(`Conv "${node.name}" reads ${wanted} channels, its input is [${x.join(', ')}]`);
    }
    if (fixed(weight, 0) % groupsOf(node) !== 0) {
      throw new Error(`Conv "${node.name}" makes ${weight[0]} channels in ${groupsOf(node)} groups`);
    }
    const window = windowOf(node, weight.slice(2).map(Number), x.slice(2));
    return [[x[0] ?? 1, fixed(weight, 0), ...slide(node, x.slice(2), window)]];
  },
  ties(node, ties) {
    const [x, weight, y] = [input(node, 0), input(node, 1), output(node)];
    ties.tie({ value: x, axis: 0 }, { value: y, axis: 0 });
    const [from, to] = [
      { value: x, axis: 1 },
      { value: y, axis: 1 },
    ];
    ties.tie({ value: weight, axis: 0 }, to);
    const grouped = groupedBy(node, ties.shape(weight));
    tieGroups(ties, grouped, from, to);
    if (!isDepthwise(grouped)) ties.tie({ value: weight, axis: 1 }, from);
    const bias = node.inputs[2];
    if (bias) ties.tie({ value: bias, axis: 0 }, to);
    for (let axis = 2; axis < ties.shape(x).length; axis++) freezeSpatial(node, ties, [x, weight, y], axis);
  },
  contracts: (node, shape) =>
    isDepthwise(groupedBy(node, shape(input(node, 1))))
      ? []
      : [{ input: { value: input(node, 0), axis: 1 }, weight: { value: input(node, 1), axis: 1 } }],
  // A depthwise convolution passes on what another made.
  produces: (node, shape) =>
    isDepthwise(groupedBy(node, shape(input(node, 1))))
      ? undefined
      : { output: { value: output(node), axis: 1 }, weight: { value: input(node, 1), axis: 0 } },
  macs(_, [, weight = []], [y = []]) {
    const perPosition = elementCount(weight.slice(1).map(Number));
    return elementCount(y.slice(1).map(Number)) * perPosition;
  },
  resize(node, widths) {
    const [x, weight] = [input(node, 0), input(node, 1)];
    if (!isDepthwise(groupedBy(node, widths.before(weight)))) return node;
    return { ...node, attributes: { ...node.attributes, group: fixed(widths.after(x), 1) } };
  },
  differentiate(node, tape) {
    tape.keep(node);
    const [x, weight, bias] = [input(node, 0), input(node, 1), node.inputs[2]];
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const [from, to] = [tape.shape(x), tape.shape(output(node))];
      const window = windowOf(node, tape.shape(weight).slice(2).map(Number), from.slice(2));
      const convolution = { window, groups: groupsOf(node), from, to };
      const positions = to.map((_, axis) => axis).filter((axis) => axis !== 1);
      return [
        tape.wants(x) ? gradientOfInput(tape, convolution, gradient, weight) : undefined,
        tape.wants(weight) ? gradientOfWeight(tape, convolution, x, gradient) : undefined,
        bias && tape.wants(bias) ? tape.op('ReduceSum', [gradient, tape.ints(positions)], { keepdims: 0 }) : undefined,
      ];
    };
  },
  evaluate(node, [x, weight, bias], run) {
    const [value, kernel] = [x as TfTensor, weight as TfTensor];
    const window = windowOf(node, kernel.shape.slice(2), value.shape.slice(2));
    return evaluateConv(run, value, kernel, bias, window, groupsOf(node));
  },
};
